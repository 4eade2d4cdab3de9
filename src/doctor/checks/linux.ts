import type { Check } from '../check.ts';

export const linuxCheck: Check = {
  id: 'linux',
  title: 'Linux',
  drivers: ['embedded', 'kind', 'existing'],
  expected: 'Linux on x64 or arm64',
  weight: 'required',
  run({ host }) {
    const found = `${host.platform} ${host.kernelRelease}, ${host.arch}`;
    if (host.platform === 'linux' && ['x64', 'arm64'].includes(host.arch)) return { status: 'ok', found };
    const advice = 'run drainbench on a Linux machine, or in a virtual machine with Linux';
    return { status: 'fail', found, fix: { command: null, advice, automatic: false } };
  },
};
