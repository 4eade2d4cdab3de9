import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RbacAuthorizationV1Api, type V1Role } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { readContext } from '../../src/cluster/existing/read-context.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { Plain } from '../../src/cluster/kube/plain.ts';
import { requireAccess } from '../../src/run/access/require-access.ts';
import { requiredAccess } from '../../src/run/access/required-access.ts';
import { loadScenario } from '../../src/scenario/load-scenario.ts';
import { drainbench, kubectl } from './support/drainbench.ts';
import { eventually } from './support/eventually.ts';
import {
  ADMIN,
  applyYaml,
  auditCaughtUp,
  auditedReviews,
  auditedWrites,
  auditEnd,
  TENANT,
  tenantKubeconfig,
} from './support/existing-cluster.ts';
import { sampleImage } from './support/sample-image.ts';

const SCENARIO = new URL('./fixtures/existing.yaml', import.meta.url).pathname;
const BOX = 'e2e-existing';
const OTHER = 'e2e-other';
const ROLE = 'drainbench-existing';
const DECOYS = 'deployment.apps/decoy pod/decoy replicaset.apps/decoy';
/** A run does not write for longer than this after it last renewed its Lease. */
const STOPS_WRITING_AFTER_MS = 10_500;

describe('a run on an existing cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-existing-'));
  const reports = join(folder, 'reports');
  const tenant = join(folder, 'tenant.kubeconfig');
  const admin = boxPaths(BOX).kubeconfig;
  const k = (...args: string[]) => kubectl(BOX, ...args);
  const swapped = join(folder, 'swapped.kubeconfig');
  const on = (kubeconfig: string) => [
    ...['--reports', reports, '--context', 'tenant', '--kubeconfig', kubeconfig, '--namespace', 'team'],
  ];
  const run = (kubeconfig: string, ...more: string[]) =>
    drainbench(['run', SCENARIO, ...on(kubeconfig), ...more]);
  const resume = () => drainbench(['run', '--resume', join(reports, 'existing', newestRun())]);
  const clean = (kubeconfig: string, ...more: string[]) => drainbench(['clean', ...on(kubeconfig), ...more]);
  let second: ReturnType<typeof run>;
  let [lostRun, killedRun, toCopy] = ['', '', ''];
  let rights: Promise<string> | undefined;
  let other: Promise<string> | undefined;
  const grant = async () => {
    rights ??= drainbench(['rbac', SCENARIO, '--namespace', 'team']).then(({ stdout }) => stdout);
    await applyYaml(BOX, await rights);
  };
  const up = async (name: string) => {
    const made = await drainbench(['cluster', 'up', '--name', name, '--nodes', '1']);
    expect(made.exitCode, made.all).toBe(0);
    return name;
  };

  beforeAll(async () => {
    await up(BOX);
    await drainbench(['cluster', 'load-image', await sampleImage(), '--name', BOX]);
    await k('create', 'namespace', 'team');
    await k('create', 'namespace', 'elsewhere');
    await grant();
    await tenantKubeconfig(BOX, tenant, 'drainbench', 'team');
    copyFileSync(tenant, swapped);
    // Not needed for long; whoever needs it waits for it.
    other = up(OTHER);
  });

  afterAll(async () => {
    await Promise.allSettled([other]);
    await Promise.all([BOX, OTHER].map((name) => drainbench(['cluster', 'down', '--name', name])));
    rmSync(folder, { recursive: true });
  });

  it('refuses a context that nobody named, and one that scenario and command line do not agree on', async () => {
    const written = join(folder, 'written.yaml');
    writeFileSync(
      written,
      readFileSync(SCENARIO, 'utf8').replace('driver: existing', 'driver: existing, context: a'),
    );
    const [silent, torn] = await Promise.all([
      drainbench(['run', SCENARIO, '--reports', reports], { KUBECONFIG: admin }),
      drainbench(['run', written, '--reports', reports, '--context', 'b']),
    ]);
    expect(silent.exitCode).toBe(64);
    expect(silent.all).toContain('context-not-named');
    expect(torn.exitCode).toBe(64);
    expect(torn.all).toContain('option-conflict');
  });

  it('sends nothing that changes anything on a dry run, by whatever client, and asks all that a run asks', async () => {
    const from = auditEnd(BOX);
    const [planned, cleaned, asked, refused] = await Promise.all([
      run(tenant, '--dry-run'),
      clean(tenant, '--dry-run'),
      drainbench(['rbac', SCENARIO, '--namespace', 'team']),
      run(tenant, '--dry-run', '--node-agent', 'always'),
    ]);
    for (const { exitCode, all } of [planned, cleaned, asked]) expect(exitCode, all).toBe(0);
    expect(planned.stdout).toContain(
      '# nothing that can be asked beforehand would keep a run from beginning',
    );
    expect(refused.exitCode, refused.all).toBe(69);
    expect(refused.stdout).toMatch(/# a run would be refused:\n# drainbench: .*\[access-missing\]/);
    expect(refused.stdout).toContain('daemonsets.apps');
    await auditCaughtUp(BOX);
    expect(auditedWrites(BOX, from, TENANT)).toEqual([]);
    // Each right of the scenario, twice over: what was proved is no dry run that asks nothing.
    const needs = { scenario: await loadScenario(SCENARIO), manifest: [], namespace: 'team' };
    expect(auditedReviews(BOX, from, TENANT)).toBeGreaterThan(2 * requiredAccess(needs).length);
  });

  it('names each right that is missing before it creates anything', async () => {
    const scenario = await loadScenario(SCENARIO);
    const needs = { scenario, manifest: [], namespace: 'team' };
    const never = new AbortController().signal;
    const asTenant = readContext({ context: 'tenant', kubeconfig: tenant });
    const asAdmin = readContext({ context: `drainbench-${BOX}`, kubeconfig: admin });
    const api = apiClient(asAdmin, RbacAuthorizationV1Api, never);
    const from = auditEnd(BOX);
    const name = { name: ROLE, namespace: 'team' };
    const whole = JSON.parse(JSON.stringify(await api.readNamespacedRole(name))) as Plain<V1Role>;
    for (const { group, resource, verb } of requiredAccess(needs)) {
      const rules = (whole.rules ?? []).map((rule) =>
        rule.resources?.includes(resource) === true && rule.apiGroups?.includes(group) === true
          ? { ...rule, verbs: rule.verbs.filter((known) => known !== verb) }
          : rule,
      );
      const body: Plain<V1Role> = { metadata: name, rules: rules.filter(({ verbs }) => verbs.length > 0) };
      await api.replaceNamespacedRole({ ...name, body });
      const kind = group === '' ? resource : `${resource}.${group}`;
      await eventually(async () => {
        await expect(requireAccess(asTenant, needs, SCENARIO, never)).rejects.toMatchObject({
          code: 'access-missing',
          found: expect.stringMatching(new RegExp(`^may not ${verb} ${kind}[^;]*$`)) as string,
        });
      });
    }
    expect(auditedWrites(BOX, from, TENANT)).toEqual([]);
    await grant();
    await eventually(() => requireAccess(asTenant, needs, SCENARIO, never));
  });

  it('keeps two runs apart: a holder that was paused past its Lease writes nothing any more', async () => {
    const first = run(tenant);
    const [firstRun, deployment] = await untilDeploying('');
    first.kill('SIGSTOP');
    const pausedAt = performance.now();
    const firstId = firstRun.slice(-6);
    lostRun = firstRun;
    // However busy the machine is: not expired before it shall be, and then no longer waited for than needed.
    await leaseFor(3600);
    const early = await run(tenant);
    expect(early.exitCode, early.all).toBe(69);
    expect(early.all).toContain('namespace-held');
    expect(early.all).toContain(firstId);
    expect(early.all).not.toContain('left:');
    toCopy = await k('get', 'deployment', deployment, '-n', 'team', '-o', 'json');
    await leaseFor(1);
    second = run(tenant);
    [killedRun] = await untilDeploying(newestRun());
    second.kill('SIGSTOP');
    await sleep(Math.max(0, STOPS_WRITING_AFTER_MS - (performance.now() - pausedAt)));
    const resumedAt = new Date().toISOString();
    first.kill('SIGCONT');
    const lost = await first;
    expect(lost.exitCode, lost.all).toBe(69);
    expect(lost.all).toContain('lease-lost');
    expect(lost.all).toMatch(/left: .*Deployment team\/t0/);
    expect(lost.all).not.toContain('left: Lease');
    await auditCaughtUp(BOX);
    const late = auditedWrites(BOX, 0, TENANT).filter(
      ({ at, name }) => at > resumedAt && name.includes(firstId),
    );
    expect(late).toEqual([]);
  });

  it('cleans up after runs that lost or were killed: what their journals prove, and no forgery', async () => {
    const alive = await clean(tenant, '--run', killedRun);
    expect(alive.exitCode, alive.all).toBe(64);
    expect(alive.all).toContain('run-alive');
    second.kill('SIGKILL');
    await second;
    const forged = (name: string, expires: string, more: object = {}) =>
      applyObject({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace: 'team',
          labels: {
            'drainbench.dev/run': killedRun.toLowerCase(),
            'app.kubernetes.io/managed-by': 'drainbench',
          },
          annotations: { 'drainbench.dev/expires': expires, ...more },
        },
        spec: { containers: [{ name: 'none', image: 'none', imagePullPolicy: 'Never' }] },
      });
    const madeAs = (name: string) => ({ 'drainbench.dev/made-as': `Pod/team/${name}` });
    // Created before it expires, on however busy a machine, and cleaned up after.
    const soon = new Date(Date.now() + 20_000).toISOString();
    await forged('original', soon, madeAs('original'));
    await forged('renamed', soon, madeAs('original'));
    await forged('forged', '2020-01-01T00:00:00Z');
    await forged('no-date', 'some day');
    await forged('too-old', '2020-01-01T00:00:00Z', madeAs('too-old'));
    const cleaned = await clean(tenant, '--run', killedRun);
    expect(cleaned.exitCode, cleaned.all).toBe(0);
    expect(cleaned.stdout).toMatch(/removed Deployment team\/t0/);
    expect(cleaned.stdout).toContain('removed Lease team/drainbench');
    expect(cleaned.stdout).toMatch(/left Pod team\/forged .*the run's journal does not know it/);
    const lost = await clean(tenant, '--run', lostRun);
    expect(lost.stdout).toMatch(/removed Deployment team\/t0/);
    expect(await left()).toBe('pod/forged pod/no-date pod/original pod/renamed pod/too-old');
    await sleep(Math.max(0, Date.parse(soon) - Date.now()));
    const expired = await clean(tenant, '--expired');
    expect(expired.stdout).toMatch(/left Pod team\/forged .*does not say what it was made as/);
    expect(expired.stdout).toMatch(/left Pod team\/no-date .*does not say when it expires/);
    expect(expired.stdout).toMatch(/left Pod team\/renamed .*it is a copy of Pod\/team\/original/);
    expect(expired.stdout).toMatch(/left Pod team\/too-old .*it is a copy: created at/);
    expect(expired.stdout).toContain('removed Pod team/original');
    const copies = ['forged', 'no-date', 'renamed', 'too-old'];
    expect(await left()).toBe(copies.map((name) => `pod/${name}`).join(' '));
    await k('delete', 'pod', ...copies, '-n', 'team', '--now');
  });

  it('stops when its context is made to lead to another cluster, and writes nothing there', async () => {
    await other;
    const from = auditEnd(OTHER);
    const before = newestRun();
    const running = run(swapped);
    const [name] = await untilDeploying(before);
    running.kill('SIGSTOP');
    await copyObjects(name);
    running.kill('SIGCONT');
    await untilTrialIsDone();
    const another = readFileSync(boxPaths(OTHER).kubeconfig, 'utf8').replaceAll(
      `drainbench-${OTHER}`,
      'tenant',
    );
    expect(parse(another)).toMatchObject({ contexts: [{ name: 'tenant' }] });
    writeFileSync(swapped, another);
    const stopped = await running;
    expect(stopped.exitCode, stopped.all).toBe(69);
    expect(stopped.all).toContain('context-changed');
    expect(await left()).toBe(DECOYS);
    const resumed = await resume();
    expect(resumed.exitCode, resumed.all).toBe(69);
    expect(resumed.all).toContain('cluster-changed');
    await auditCaughtUp(OTHER);
    expect(auditedWrites(OTHER, from, ADMIN)).toEqual([]);
    copyFileSync(tenant, swapped);
  });

  it('stops when a right is taken away, keeps what it measured, and names what it cannot remove', async () => {
    const role = JSON.parse(await k('get', 'role', ROLE, '-n', 'team', '-o', 'json')) as {
      rules: { resources: string[]; verbs: string[] }[];
    };
    const rules = role.rules.map((rule) =>
      rule.resources.includes('pods')
        ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'delete') }
        : rule,
    );
    const [, deployment] = await untilDeploying('');
    const running = resume();
    await untilDeploying('', deployment);
    running.kill('SIGSTOP');
    await k('patch', 'role', ROLE, '-n', 'team', '--type=merge', '-p', JSON.stringify({ rules }));
    running.kill('SIGCONT');
    const result = await running;
    expect(result.exitCode, result.all).toBe(69);
    expect(result.all).toMatch(/cannot delete resource "pods"/);
    expect(result.all).toMatch(/left: Pod team\//);
    const report = await drainbench(['report', join(reports, 'latest')]);
    expect(report.exitCode, report.all).toBe(0);
    await grant();
    const cleaned = await clean(tenant, '--run', newestRun());
    expect(cleaned.stdout).toMatch(/removed Pod team\//);
    expect(await left()).toBe(DECOYS);
  });

  it('goes on to a verdict under exactly the printed rights, and has left copies of its objects alone', async () => {
    const result = await resume();
    expect([0, 1, 2], result.all).toContain(result.exitCode);
    expect(await left()).toBe(DECOYS);
    expect(await k('get', 'deployments', '-n', 'elsewhere', '-o', 'name')).toBe('deployment.apps/decoy');
  });

  const newestRun = (): string => readdirSync(join(reports, 'existing')).toSorted().at(-1) ?? '';
  /** What is in the namespace, without the parts of names that Kubernetes makes up. */
  const left = async () => {
    const found = await k('get', 'deployments,replicasets,services,pods,leases', '-n', 'team', '-o', 'name');
    return found.split('\n').map((name) => name.replace(/^(replicaset.*)-\w+$/, '$1')).toSorted().join(' '); // prettier-ignore
  };
  const leaseFor = (leaseDurationSeconds: number) =>
    k('patch', 'lease', 'drainbench', '-n', 'team', '--type=merge', '-p', JSON.stringify({ spec: { leaseDurationSeconds } })); // prettier-ignore
  const applyObject = (object: object) => applyYaml(BOX, JSON.stringify(object));

  /** Copies of the first run's objects, with the labels of another run while it goes on. */
  async function copyObjects(runName: string): Promise<void> {
    const renamed = toCopy
      .replaceAll(lostRun.toLowerCase(), runName.toLowerCase())
      .replaceAll(lostRun.slice(-6), runName.slice(-6));
    const { metadata, spec } = JSON.parse(renamed) as Copied;
    const { labels, annotations } = metadata;
    const decoy = (apiVersion: string, kind: string, namespace: string, its: object) =>
      applyObject({
        apiVersion,
        kind,
        metadata: { name: 'decoy', namespace, labels, annotations },
        spec: its,
      });
    await decoy('v1', 'Pod', 'team', { ...spec.template.spec, topologySpreadConstraints: undefined });
    await decoy('apps/v1', 'Deployment', 'elsewhere', { ...spec, replicas: 0 });
    await decoy('apps/v1', 'Deployment', 'team', { ...spec, replicas: 0 });
  }

  /**
   * Waits until a run newer than this one has a Deployment, other than this one; returns the name of both. Read from
   * its journal: by the time that kubectl has answered a run may be elsewhere.
   */
  const untilDeploying = (before: string, last?: string): Promise<[string, string]> =>
    eventually(() => {
      const name = newestRun();
      const created = /"created".*"Deployment".*"name":"(.*?)"/g;
      const deployment = [...journalOf(name).matchAll(created)].at(-1)?.[1];
      if (name <= before || deployment === undefined || deployment === last) throw new Error('none yet');
      return [name, deployment];
    }, 60_000);

  const untilTrialIsDone = () =>
    eventually(() => expect(journalOf(newestRun())).toContain('"trial-finished"'), 60_000);

  const journalOf = (name: string) => readFileSync(join(reports, 'existing', name, 'journal.ndjson'), 'utf8');
});

interface Copied {
  readonly metadata: { readonly labels: object; readonly annotations: object };
  readonly spec: { readonly template: { readonly spec: object } };
}
