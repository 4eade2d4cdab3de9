import 'reflect-metadata'; // @peculiar/x509 asks for it
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

import type { NetworkPlan } from './network-plan.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A CA or leaf as files `NAME.crt` and `NAME.key` (0600) below the PKI folder. */
interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

interface LeafRequest {
  readonly name: string;
  readonly commonName: string;
  readonly organization?: string;
  readonly usages: readonly ('serverAuth' | 'clientAuth')[];
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
}

/**
 * Writes the box's public key infrastructure into `directory`: three authorities (cluster, front proxy, etcd), one
 * certificate per component, the key pair that signs service account tokens. Names and groups are those that
 * Kubernetes documents for its components (https://kubernetes.io/docs/setup/best-practices/certificates/).
 */
export async function writePki(directory: string, network: NetworkPlan): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const [cluster, frontProxy, etcd] = await Promise.all([
    createAuthority(directory, 'ca', 'drainbench-ca'),
    createAuthority(directory, 'front-proxy-ca', 'drainbench-front-proxy-ca'),
    createAuthority(directory, 'etcd-ca', 'drainbench-etcd-ca'),
  ]);
  await Promise.all([
    createServiceAccountKeys(directory),
    ...clusterLeaves(network).map((leaf) => issue(directory, cluster, leaf)),
    issue(directory, frontProxy, {
      name: 'front-proxy-client',
      commonName: 'front-proxy-client',
      usages: ['clientAuth'],
    }),
    issue(directory, etcd, {
      name: 'etcd',
      commonName: 'etcd',
      usages: ['serverAuth', 'clientAuth'],
      dns: ['localhost'],
      ips: ['127.0.0.1'],
    }),
    issue(directory, etcd, {
      name: 'apiserver-etcd-client',
      commonName: 'apiserver-etcd-client',
      usages: ['clientAuth'],
    }),
  ]);
}

function clusterLeaves(network: NetworkPlan): LeafRequest[] {
  return [
    {
      name: 'apiserver',
      commonName: 'kube-apiserver',
      usages: ['serverAuth'],
      dns: [
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        'localhost',
      ],
      ips: [network.controlPlane, network.kubernetesService, '127.0.0.1'],
    },
    {
      name: 'apiserver-kubelet-client',
      commonName: 'kube-apiserver-kubelet-client',
      usages: ['clientAuth'],
    },
    { name: 'admin', commonName: 'drainbench-admin', organization: 'system:masters', usages: ['clientAuth'] },
    {
      name: 'kube-controller-manager',
      commonName: 'system:kube-controller-manager',
      usages: ['clientAuth', 'serverAuth'],
      ips: ['127.0.0.1'],
    },
    {
      name: 'kube-scheduler',
      commonName: 'system:kube-scheduler',
      usages: ['clientAuth', 'serverAuth'],
      ips: ['127.0.0.1'],
    },
    ...network.nodes.flatMap((node): LeafRequest[] => [
      {
        name: `kubelet-${node.name}`,
        commonName: `system:node:${node.name}`,
        organization: 'system:nodes',
        usages: ['clientAuth', 'serverAuth'],
        dns: [node.name],
        ips: [node.address],
      },
      { name: `kube-proxy-${node.name}`, commonName: 'system:kube-proxy', usages: ['clientAuth'] },
    ]),
  ];
}

async function createAuthority(directory: string, name: string, commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePair(directory, name, certificate, keys.privateKey);
  return { certificate, key: keys.privateKey };
}

async function issue(directory: string, authority: Authority, leaf: LeafRequest): Promise<void> {
  const keys = await generateKeys();
  const usage = {
    serverAuth: x509.ExtendedKeyUsage.serverAuth,
    clientAuth: x509.ExtendedKeyUsage.clientAuth,
  };
  const names: x509.JsonGeneralName[] = [
    ...(leaf.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(leaf.ips ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject:
      leaf.organization === undefined
        ? `CN=${leaf.commonName}`
        : `O=${leaf.organization}, CN=${leaf.commonName}`,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension(leaf.usages.map((name) => usage[name])),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  await writePair(directory, leaf.name, certificate, keys.privateKey);
}

async function createServiceAccountKeys(directory: string): Promise<void> {
  const keys = await generateKeys();
  await writeSecret(join(directory, 'service-account.key'), await privatePem(keys.privateKey));
  const publicKey = await crypto.subtle.exportKey('spki', keys.publicKey);
  await writeFile(
    join(directory, 'service-account.pub'),
    x509.PemConverter.encode(publicKey, 'PUBLIC KEY') + '\n',
  );
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** Backdated, so that a host clock that is set back a little does not make the cluster unusable. */
function validity() {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 365 * DAY_MS) };
}

async function writePair(
  directory: string,
  name: string,
  certificate: x509.X509Certificate,
  key: CryptoKey,
): Promise<void> {
  await Promise.all([
    writeFile(join(directory, `${name}.crt`), certificate.toString('pem') + '\n'),
    writeSecret(join(directory, `${name}.key`), await privatePem(key)),
  ]);
}

async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY') + '\n';
}

async function writeSecret(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
}
