import type { VNode } from 'preact';

import type { Finding } from '../../model/verdict.ts';

/** Findings in plain words, the grave ones first. Events are named so that they can be looked up, and the evidence is quoted. */
export function FindingsList(props: { readonly findings: readonly Finding[] }): VNode | null {
  if (props.findings.length === 0) return null;
  const order = { void: 0, warning: 1, info: 2 };
  return (
    <ul class="findings">
      {props.findings
        .toSorted((a, b) => order[a.severity] - order[b.severity])
        .map((finding) => (
          <li class={finding.severity}>
            <strong>{finding.severity}</strong> {finding.message} <code>{finding.code}</code>
            {finding.eventIds !== undefined && finding.eventIds.length > 0 && (
              <span class="muted"> events {finding.eventIds.join(', ')}</span>
            )}
            {finding.detail !== undefined && finding.detail.length > 0 && (
              <pre class="evidence">{finding.detail.join('\n')}</pre>
            )}
          </li>
        ))}
    </ul>
  );
}
