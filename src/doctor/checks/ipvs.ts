import type { Check } from '../check.ts';
import { inNamespaces } from '../in-namespaces.ts';

export const ipvsCheck: Check = {
  id: 'ipvs',
  title: 'IPVS',
  drivers: ['kind'],
  expected: 'only needed when kube-proxy is asked to run in ipvs mode',
  weight: 'optional',
  needs: { linux: true, root: true, commands: ['unshare'] },
  async run(context) {
    const outcome = await inNamespaces(context, ['net'], 'test -e /proc/net/ip_vs');
    if (outcome.ok) return { status: 'ok', found: 'present' };
    return { status: 'info', found: 'not in this kernel (no /proc/net/ip_vs): ipvs mode cannot run here' };
  },
};
