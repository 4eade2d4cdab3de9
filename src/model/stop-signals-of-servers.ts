/**
 * Servers that end at once on one signal, whatever is under way, and finish first on another, as their manuals have it:
 * nginx(8), httpd(8), php-fpm(8), haproxy(1).
 */
export const STOP_SIGNALS_OF_SERVERS: ReadonlyMap<
  string,
  { readonly atOnce: readonly string[]; readonly graceful: string }
> = new Map([
  ['nginx', { atOnce: ['SIGTERM', 'SIGINT'], graceful: 'SIGQUIT' }],
  ['httpd', { atOnce: ['SIGTERM'], graceful: 'SIGWINCH' }],
  ['apache2', { atOnce: ['SIGTERM'], graceful: 'SIGWINCH' }],
  ['php-fpm', { atOnce: ['SIGTERM', 'SIGINT'], graceful: 'SIGQUIT' }],
  ['haproxy', { atOnce: ['SIGTERM', 'SIGINT'], graceful: 'SIGUSR1' }],
]);
