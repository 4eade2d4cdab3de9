/** Age of a connection in ms, to the microsecond; 0 for one that is being opened by the request itself. */
export function connectionAgeMs(connectedNs: number | null, nowNs: number): number {
  return connectedNs === null ? 0 : Math.round((nowNs - connectedNs) / 1000) / 1000;
}
