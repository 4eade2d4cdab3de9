import type { DiagnosisHost, Fix } from '../model/diagnosis.ts';
import { asRoot } from './install-fix.ts';

/** The fix for a kernel feature that did not work: load its module where modules exist, else another kernel. */
export function kernelFix(host: DiagnosisHost, modules: readonly string[], config: string): Fix {
  if (host.kernelModules) {
    return { command: `${asRoot(host)}modprobe -a ${modules.join(' ')}`, automatic: true };
  }
  return { command: null, advice: `boot a kernel with ${config}`, automatic: false };
}
