/** Names of shells, by which a first process or a hook is known for one. */
export const SHELLS: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'zsh', 'ksh', 'busybox']);
