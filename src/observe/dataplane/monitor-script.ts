/** The line on standard error that says: from now on nothing is missed. */
export const LISTENING = 'drainbench: listening';

/**
 * The shell script around a monitor (`sh -c SCRIPT sh COMMAND…`), which does what a parent process alone cannot:
 *
 * - It says when the monitor really listens: when one of its sockets is a member of a netlink multicast group, as
 *   /proc/net/netlink shows. Nothing on the node is changed to find out.
 * - It says so by the look that saw it: /proc/net/netlink is read while others open and close sockets, and a second look
 *   may miss what the first one saw.
 * - It ends the monitor when standard input ends, by SIGTERM: one that gathers events can still tell those that it has.
 *   The harness holds the other end, so this works for a stop as well as for a `kill -9` of the harness, and through
 *   anything in between (`nsenter --pid` forks, and a signal or `PR_SET_PDEATHSIG` would end there).
 *
 * It ends with the monitor, with the monitor's exit code; 127 when the command does not exist.
 */
export const MONITOR_SCRIPT = `
exec 3<&0
"$@" </dev/null 3<&- &
monitor=$!
( read -r line <&3; kill $monitor ) >/dev/null 2>&1 &
guard=$!
exec 3<&-
listens() {
  for descriptor in /proc/$monitor/fd/*; do
    target=$(readlink "$descriptor" 2>/dev/null) || continue
    case $target in socket:*) ;; *) continue ;; esac
    while read -r _ _ _ groups _ _ _ _ _ inode; do
      if [ "socket:[$inode]" = "$target" ] && [ "$groups" != 00000000 ]; then return 0; fi
    done < /proc/net/netlink
  done
  return 1
}
attempts=0
until listens && echo '${LISTENING}' >&2; do
  attempts=$((attempts + 1))
  if [ ! -e /proc/$monitor/exe ] || [ $attempts -gt 500 ]; then
    kill -9 $monitor 2>/dev/null && echo 'no netlink socket that listens after 5 s' >&2
    break
  fi
  sleep 0.01
done
wait $monitor
code=$?
kill $guard 2>/dev/null
exit $code
`;
