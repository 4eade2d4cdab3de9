import { INSIDE } from '../box-paths.ts';
import { flags, type ComponentSpec } from './component.ts';

/** The cluster's store, on loopback of the box, mutual TLS. A box does not outlive its machine, so no fsync. */
export function etcd(): ComponentSpec {
  const pair = (prefix: string) => ({
    [`${prefix}cert-file`]: `${INSIDE.pki}/etcd.crt`,
    [`${prefix}key-file`]: `${INSIDE.pki}/etcd.key`,
    [`${prefix}trusted-ca-file`]: `${INSIDE.pki}/etcd-ca.crt`,
    [`${prefix}client-cert-auth`]: true,
  });
  return {
    name: 'etcd',
    node: null,
    command: [
      `${INSIDE.tools}/etcd/etcd`,
      ...flags({
        'data-dir': `${INSIDE.root}/etcd`,
        'listen-client-urls': 'https://127.0.0.1:2379',
        'advertise-client-urls': 'https://127.0.0.1:2379',
        'listen-peer-urls': 'https://127.0.0.1:2380',
        'initial-advertise-peer-urls': 'https://127.0.0.1:2380',
        'initial-cluster': 'default=https://127.0.0.1:2380',
        'unsafe-no-fsync': true,
        ...pair(''),
        ...pair('peer-'),
      }),
    ],
  };
}
