import type { AuditEvent } from '../../model/history-event.ts';

/** When the API server wrote what the audit log has: between request and answer, so the middle, ± half of that, ns. */
export function auditWriteTime(event: AuditEvent): { readonly atNs: number; readonly uncertaintyNs: number } {
  const halfNs = Math.max(0, (event.atNs - event.requestReceivedNs) / 2);
  return {
    atNs: Math.round(event.atNs - halfNs),
    uncertaintyNs: Math.round(event.uncertaintyNs + halfNs),
  };
}
