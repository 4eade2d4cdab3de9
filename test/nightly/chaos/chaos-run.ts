import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cgroupLayout, listCgroupProcesses } from '../../../src/cluster/embedded/cgroups.ts';
import { childrenOf } from '../../../src/cluster/embedded/run-component.ts';
import { boxPaths } from '../../../src/cluster/embedded/box-paths.ts';
import { listBoxes, readBox } from '../../../src/cluster/embedded/box-store.ts';
import type { BoxRecord } from '../../../src/cluster/embedded/box-record.ts';
import { drainbench } from '../../e2e/support/drainbench.ts';

const OWN = new URL('../../cluster/fixtures/short-trials.yaml', import.meta.url).pathname;
const EXISTING = new URL('../short.yaml', import.meta.url).pathname;
/** A run has begun long before; one that has not will not. */
const BEGINS_WITHIN_MS = 150_000;

export type Where = 'own' | 'existing';

/** A run of the tool as a user starts it, to which something is done. */
export class ChaosRun {
  readonly reports: string;
  readonly #box: string;
  readonly #where: Where;
  readonly #child: ReturnType<typeof drainbench>;
  #ended = false;

  /**
   * @param box that is there, for runs on an existing cluster.
   * @param namespace of it that is used; `null`: the run makes one of its own.
   */
  constructor(
    where: Where,
    box: string,
    reports: string,
    {
      namespace = null,
      env = {},
      options = [],
    }: {
      readonly namespace?: string | null;
      readonly env?: Readonly<Record<string, string>>;
      readonly options?: readonly string[];
    } = {},
  ) {
    mkdirSync(reports, { recursive: true });
    this.reports = reports;
    this.#box = box;
    this.#where = where;
    const on = namespace === null ? [] : ['--namespace', namespace];
    const cluster = where === 'own' ? ['--driver', 'embedded'] : ['--context', `drainbench-${box}`, ...on];
    this.#child = drainbench(
      ['run', where === 'own' ? OWN : EXISTING, ...cluster, '--reports', reports, ...options],
      { ...this.env, ...env },
    );
    void this.#child.finally(() => {
      this.#ended = true;
    });
  }

  /** What makes the existing cluster's context known. */
  get env(): Readonly<Record<string, string>> {
    return this.#where === 'own' ? {} : { KUBECONFIG: boxPaths(this.#box).kubeconfig };
  }

  get context(): readonly string[] {
    return this.#where === 'own' ? [] : ['--context', `drainbench-${this.#box}`];
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Its end, whatever it was. */
  async end(): Promise<{ readonly exitCode: number | undefined; readonly all: string }> {
    const { exitCode, all } = await this.#child;
    return { exitCode, all };
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Nobody reads what it prints any more. */
  closePipes(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  /** The run directories below its reports; there is one, unless it never came so far. */
  directories(): readonly string[] {
    const files = readdirSync(this.reports, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => /^[^/]+\/[^/]+\/manifest\.json$/.test(file)).map((file) => join(this.reports, file, '..')); // prettier-ignore
  }

  /** The first trial has begun, or the run is over. */
  async untilMeasuring(): Promise<void> {
    const deadline = performance.now() + BEGINS_WITHIN_MS;
    while (!this.#ended && performance.now() < deadline) {
      if (this.directories().some((path) => readOrEmpty(join(path, 'journal.ndjson')).includes('trial-started'))) return; // prettier-ignore
      await sleep(100);
    }
  }

  /** The cluster that it runs on; `null` where it is gone, or not there yet. */
  async box(): Promise<BoxRecord | null> {
    if (this.#where === 'existing') return readBox(this.#box);
    return (await listBoxes()).find(({ owner }) => owner.pid === this.pid) ?? null;
  }

  /** Waits for one of its loads, or for an agent in its box; `null`: it ended before there was one. */
  async untilProcess(kind: 'load' | 'agent'): Promise<number | null> {
    while (!this.#ended) {
      const pids = kind === 'load' ? childrenOf(this.pid) : await this.#pidsInBox();
      const found = pids.find((pid) => readOrEmpty(`/proc/${pid}/cmdline`).includes(`${kind}-worker`));
      if (found !== undefined) return found;
      await sleep(50);
    }
    return null;
  }

  async #pidsInBox(): Promise<readonly number[]> {
    const box = await this.box();
    return box === null ? [] : (await listCgroupProcesses(cgroupLayout(), box.id)).pids;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
