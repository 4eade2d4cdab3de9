/** What an answer's head says about its connection. */
export interface AnswerHead {
  /** HTTP/1.0, where a connection ends with its answer unless it says otherwise. */
  readonly isHttp10: boolean;
  /** The values of its `Connection` headers, separated by commas. */
  readonly connection: string;
  /** Nothing but the end of the connection ends its body, or the parser knows otherwise that it is the last. */
  readonly endsByFin: boolean;
}

/**
 * Whether the client is told, by an answer, that the server ends the connection after it and takes no further request
 * on it (RFC 9112, 9.3): a close that comes later can then meet no request.
 */
export function announcesClose({ isHttp10, connection, endsByFin }: AnswerHead): boolean {
  const options = connection.split(',').map((option) => option.trim().toLowerCase());
  if (options.includes('close') || endsByFin) return true;
  return isHttp10 && !options.includes('keep-alive');
}
