/** What the worker writes, one JSON object a line. */
export type EtcdWatchMessage =
  /** All prefixes are watched: nothing from now on is missed. */
  | { readonly type: 'watching' }
  /** A key was deleted; `monoNs` is CLOCK_MONOTONIC at the arrival of the news. */
  | { readonly type: 'gone'; readonly key: string; readonly revision: string; readonly monoNs: string };
