/** What Go takes out of an answer's head before k6 sees it (net/http, `shouldClose`), as servers write it. */
const HIDDEN = 'Connection: close\r\n'.length;

/**
 * Whether an answer told that the server ends its connection. Go does not show that to k6: it deletes just this header. But
 * the bytes that were read are counted, and by so many more than what k6 shows of the answer there were.
 *
 * @param framing what the script says of the answer: `close` or `open` where k6 shows it (HTTP/1.0), else the bytes of
 *   all that it shows; empty where the answer's framing is hidden too (chunks, the connection's end)
 * @param bytesRead of the answer
 * @returns `null`: nothing tells, as of an answer that has something else hidden
 */
export function announcedClose(framing: string, bytesRead: number): boolean | null {
  if (framing === 'close') return true;
  if (framing === 'open') return false;
  if (framing === '') return null;
  const hidden = bytesRead - Number(framing);
  if (hidden === 0) return false;
  return hidden === HIDDEN ? true : null;
}
