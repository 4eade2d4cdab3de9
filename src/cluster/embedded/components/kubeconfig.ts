import { stringify } from 'yaml';

import { INSIDE } from '../box-paths.ts';
import type { NetworkPlan } from '../network-plan.ts';

/** Where credentials come from: files inside the box, or their contents as base64 for use on the host. */
type Credentials =
  | { readonly certificateName: string }
  | { readonly ca: string; readonly certificate: string; readonly key: string };

/** A kubeconfig with one context, named after the box. */
export function kubeconfig(network: NetworkPlan, boxName: string, credentials: Credentials): string {
  const inline = 'ca' in credentials;
  const context = `drainbench-${boxName}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: context,
        cluster: {
          server: `https://${network.controlPlane}:6443`,
          ...(inline
            ? { 'certificate-authority-data': credentials.ca }
            : { 'certificate-authority': `${INSIDE.pki}/ca.crt` }),
        },
      },
    ],
    users: [
      {
        name: context,
        user: inline
          ? { 'client-certificate-data': credentials.certificate, 'client-key-data': credentials.key }
          : {
              'client-certificate': `${INSIDE.pki}/${credentials.certificateName}.crt`,
              'client-key': `${INSIDE.pki}/${credentials.certificateName}.key`,
            },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    'current-context': context,
  });
}
