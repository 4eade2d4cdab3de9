/** Bits of linux/capability.h that matter to a box. */
const CAPABILITY_BITS = {
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_MKNOD: 27,
} as const;

export type CapabilityName = keyof typeof CAPABILITY_BITS;

/** The named capabilities that `CapEff` in the text of /proc/PID/status does not hold. */
export function missingCapabilities(procStatus: string, wanted: readonly CapabilityName[]): CapabilityName[] {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(procStatus)?.[1] ?? '0'}`);
  return wanted.filter((name) => ((mask >> BigInt(CAPABILITY_BITS[name])) & 1n) === 0n);
}
