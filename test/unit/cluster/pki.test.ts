import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { planNetwork } from '../../../src/cluster/embedded/network-plan.ts';
import { writePki } from '../../../src/cluster/embedded/pki.ts';

describe('the PKI of a box', () => {
  const directory = mkdtempSync(join(tmpdir(), 'drainbench-pki-'));
  const network = planNetwork(3, 2);
  const certificate = (name: string) => new X509Certificate(readFileSync(join(directory, `${name}.crt`)));

  beforeAll(async () => writePki(directory, network));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('gives each kubelet the name and group that the Node authorizer asks for, and its own address', () => {
    const kubelet = certificate('kubelet-node2');
    expect(kubelet.subject).toBe('O=system:nodes\nCN=system:node:node2');
    expect(kubelet.subjectAltName).toContain(`IP Address:${network.nodes[1]?.address ?? ''}`);
    expect(kubelet.checkIssued(certificate('ca'))).toBe(true);
    expect(kubelet.verify(certificate('ca').publicKey)).toBe(true);
  });

  it('lets the API server be called by its Service address and by its own', () => {
    const names = certificate('apiserver').subjectAltName ?? '';
    expect(names).toContain(`IP Address:${network.kubernetesService}`);
    expect(names).toContain(`IP Address:${network.controlPlane}`);
    expect(names).toContain('DNS:kubernetes.default.svc.cluster.local');
  });

  it('does not let the authority of etcd or of the front proxy sign for the cluster', () => {
    expect(certificate('etcd').checkIssued(certificate('ca'))).toBe(false);
    expect(certificate('front-proxy-client').checkIssued(certificate('ca'))).toBe(false);
    expect(certificate('kubelet-node1').ca).toBe(false);
  });

  it('keeps keys to root, and survives a clock that is set back by an hour', () => {
    for (const key of ['ca.key', 'admin.key', 'service-account.key']) {
      expect(statSync(join(directory, key)).mode & 0o777).toBe(0o600);
    }
    expect(new Date(certificate('ca').validFrom).getTime()).toBeLessThan(Date.now() - 3_600_000);
  });
});
