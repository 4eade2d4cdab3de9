import type { Check } from '../check.ts';
import { inNamespaces } from '../in-namespaces.ts';

/**
 * Instances belong to the kernel, not to a namespace, so a trap that is set before removes it; it is mounted in a mount namespace
 * of its own, so that tracefs need not be mounted before and is not afterwards.
 */
const SCRIPT = `
mount -t tracefs tracefs /run
cd /run/instances
trap 'cd /run/instances && if [ -d "$1" ]; then rmdir "$1"; fi' EXIT
trap 'exit 1' TERM INT
mkdir "$1"
cd "$1"
echo mono >trace_clock
for event in signal/signal_generate sched/sched_process_exit sock/inet_sock_set_state tcp/tcp_send_reset; do
  echo 0 >"events/$event/enable"
done
if ! grep -q 'reason=%s' events/tcp/tcp_send_reset/format; then echo no-reason; fi
`;

export const kernelTraceCheck: Check = {
  id: 'kernel-trace',
  title: 'kernel trace events',
  drivers: ['embedded', 'kind'],
  expected: 'a tracefs instance on the monotonic clock with signal, exit, socket and reset events',
  weight: 'optional',
  needs: { linux: true, root: true, commands: ['unshare', 'mount'] },
  async run(context) {
    const outcome = await inNamespaces(context, ['mount'], SCRIPT, [`drainbench-doctor-${process.pid}`]);
    if (outcome.ok && outcome.stdout.includes('no-reason')) {
      return {
        status: 'info',
        found:
          'instance made and removed; this kernel does not tell why it resets connections, nor of resets where nobody listens: failures of that kind have likely causes only',
        fix: { command: null, advice: 'boot Linux 6.10 or newer', automatic: false },
      };
    }
    if (outcome.ok) return { status: 'ok', found: 'instance made and removed' };
    return {
      status: 'info',
      found: `${outcome.reason}: without it, when signals were sent and who reset a connection is not recorded`,
      fix: { command: null, advice: 'boot a kernel with CONFIG_FTRACE and its events', automatic: false },
    };
  },
};
