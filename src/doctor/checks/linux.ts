import type { Check } from '../check.ts';

export const linuxCheck: Check = {
  id: 'linux',
  title: 'Linux',
  drivers: ['embedded'],
  expected: 'Linux on x64 or arm64',
  weight: 'required',
  run({ host }) {
    const found = `${host.platform} ${host.kernelRelease}, ${host.arch}`;
    if (host.platform === 'linux' && ['x64', 'arm64'].includes(host.arch)) return { status: 'ok', found };
    const advice = 'use the kind driver here, or run drainbench in a Linux VM';
    return { status: 'fail', found, fix: { command: null, advice, automatic: false } };
  },
};
