import type { Check } from '../check.ts';

export const namespacesCheck: Check = {
  id: 'namespaces',
  title: 'PID, mount, network and UTS namespaces',
  drivers: ['embedded'],
  expected: 'unshare makes all four, with a /proc of its own',
  weight: 'required',
  needs: { linux: true, root: true, commands: ['unshare'] },
  async run(context) {
    // In a PID namespace of its own, with its own /proc, the shell sees itself as process 1.
    const args = ['--pid', '--fork', '--kill-child', '--mount-proc', '--mount', '--net', '--uts', '--'];
    const outcome = await context.run('unshare', [...args, 'sh', '-c', 'readlink /proc/self && echo $$']);
    const shellPid = outcome.stdout.split('\n').at(-1);
    if (outcome.ok && shellPid === '1')
      return { status: 'ok', found: 'made, and gone with their first process' };
    const advice = 'in a container: start it with --privileged; seccomp or AppArmor may forbid unshare(2)';
    return { status: 'fail', found: outcome.reason, fix: { command: null, advice, automatic: false } };
  },
};
