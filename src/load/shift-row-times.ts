/** id, load, engine, connection, requestOnConnection, connectionAgeMs; then the four times; then the rest. */
const ROW = /^((?:[^,"]*,){6})([\d.]*),([\d.]*),([\d.]*),([\d.]*),(.*)$/s;

/**
 * Counts the times of one row of a ledger from another moment: all four by the same, so that their order and every
 * duration stay as they were measured. Columns before them are numbers and plain names, which CSV never quotes.
 *
 * @param offsetAt what is to be added to a time, ns
 * @throws Error when the line is no row of a ledger.
 */
export function shiftRowTimes(row: string, offsetAt: (timeNs: number) => number): string {
  const match = ROW.exec(row);
  if (match === null) throw new Error(`not a row of a ledger: ${row.slice(0, 200)}`);
  const [, head = '', intended = '', start = '', firstByte = '', end = '', rest = ''] = match;
  const newest = end === '' ? intended : end;
  const offsetNs = offsetAt(Number(newest));
  const shifted = [intended, start, firstByte, end].map((time) =>
    time === '' ? '' : String(Math.round(Number(time) + offsetNs)),
  );
  return `${head}${shifted.join(',')},${rest}`;
}

/** The newest time of a row, ns. */
export function newestTimeOf(row: string): number {
  const match = ROW.exec(row);
  if (match === null) throw new Error(`not a row of a ledger: ${row.slice(0, 200)}`);
  return Number(match[5] === '' ? match[2] : match[5]);
}
