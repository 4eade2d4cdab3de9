import type { Check } from './check.ts';
import { addressRangeCheck } from './checks/address-range.ts';
import { cCompilerCheck } from './checks/c-compiler.ts';
import { capabilitiesCheck } from './checks/capabilities.ts';
import { cgroupsCheck } from './checks/cgroups.ts';
import { chromiumCheck } from './checks/chromium.ts';
import { clockCheck } from './checks/clock.ts';
import { commandsCheck } from './checks/commands.ts';
import { conntrackCheck } from './checks/conntrack.ts';
import { diskCheck } from './checks/disk.ts';
import { engineCheck } from './checks/engine.ts';
import { goCheck } from './checks/go.ts';
import { inotifyCheck } from './checks/inotify.ts';
import { iptablesCheck } from './checks/iptables.ts';
import { ipvsCheck } from './checks/ipvs.ts';
import { kernelTraceCheck } from './checks/kernel-trace.ts';
import { kindCommandCheck } from './checks/kind-command.ts';
import { kubeconfigCheck } from './checks/kubeconfig.ts';
import { libseccompCheck } from './checks/libseccomp.ts';
import { linksCheck } from './checks/links.ts';
import { linuxCheck } from './checks/linux.ts';
import { memoryCheck } from './checks/memory.ts';
import { namespacesCheck } from './checks/namespaces.ts';
import { nftablesCheck } from './checks/nftables.ts';
import { nodeCheck } from './checks/node.ts';
import { openFilesCheck } from './checks/open-files.ts';
import { overlayfsCheck } from './checks/overlayfs.ts';
import { privilegedContainerCheck } from './checks/privileged-container.ts';
import { processesCheck } from './checks/processes.ts';
import { rootCheck } from './checks/root.ts';
import { swapCheck } from './checks/swap.ts';

/** In the order a reader wants them: who we are, what is installed, what the kernel does, how much there is. */
export const ALL_CHECKS: readonly Check[] = [
  linuxCheck,
  rootCheck,
  capabilitiesCheck,
  nodeCheck,
  goCheck,
  cCompilerCheck,
  libseccompCheck,
  commandsCheck,
  engineCheck,
  privilegedContainerCheck,
  kindCommandCheck,
  kubeconfigCheck,
  namespacesCheck,
  cgroupsCheck,
  overlayfsCheck,
  linksCheck,
  nftablesCheck,
  iptablesCheck,
  conntrackCheck,
  ipvsCheck,
  kernelTraceCheck,
  addressRangeCheck,
  memoryCheck,
  swapCheck,
  diskCheck,
  inotifyCheck,
  openFilesCheck,
  processesCheck,
  clockCheck,
  chromiumCheck,
];
