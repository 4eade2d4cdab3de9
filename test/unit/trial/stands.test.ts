import { describe, expect, it } from 'vitest';

import type { PlannedTrial } from '../../../src/model/plan.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import { sharesStand, Stands, type PooledStand } from '../../../src/trial/stands.ts';

const trial = (number: number, strategy: object): PlannedTrial => ({
  ...{ number, block: 1, role: 'comparison', disruption: { type: 'delete' }, seed: 1 },
  strategy: strategySchema.parse({ name: 'some', ...strategy }),
});
const SLEEP_2 = { name: 'sleep-2', preStop: { sleepSeconds: 2 } };
const SLEEP_5 = { name: 'sleep-5', preStop: { sleepSeconds: 5 } };

/** Stands of so many Pods, and what becomes of them. */
function stands(replicas = 3) {
  const removed: string[] = [];
  const prepared: string[] = [];
  const state = { asLeft: true, removable: true, preparable: true, uses: 0 };
  const pool = new Stands((made, attempt): PooledStand & { readonly name: string } => {
    const name = `${made.number}.${attempt}`;
    return {
      name,
      get uses() {
        return state.uses;
      },
      workload: { replicas },
      prepare: () => {
        if (!state.preparable) return Promise.reject(new Error('not Ready'));
        prepared.push(name);
        return Promise.resolve();
      },
      isAsLeft: () => Promise.resolve(state.asLeft),
      remove: () => {
        if (!state.removable) return Promise.reject(new Error('still there'));
        removed.push(name);
        return Promise.resolve();
      },
    };
  });
  return { pool, prepared, removed, state };
}

describe('the stands of a run', () => {
  it('give a trial what an earlier one with the same settings left, whatever it was called', async () => {
    const { pool } = stands();
    const first = await pool.take(trial(1, SLEEP_2), 1);
    await pool.keep(first, trial(1, SLEEP_2));
    expect((await pool.take(trial(2, SLEEP_5), 1)).name).toBe('2.1');
    expect(
      (await pool.take(trial(3, { ...SLEEP_2, name: 'negative-control', mustPass: true }), 1)).name,
    ).toBe('1.1');
  });

  it('give a trial that asks for a budget one of its own: the budget is deployed with it', async () => {
    const { pool } = stands();
    await pool.keep(await pool.take(trial(1, SLEEP_2), 1), trial(1, SLEEP_2));
    const evict = { type: 'evict', retryForSeconds: 60 } as const;
    const budgeted = { ...trial(2, SLEEP_2), disruption: { ...evict, maxUnavailable: 0 } };
    expect((await pool.take(budgeted, 1)).name).toBe('2.1');
    expect((await pool.take({ ...trial(3, SLEEP_2), disruption: evict }, 1)).name).toBe('1.1');
  });

  it('are deployed beforehand, one for each of the settings', async () => {
    const { pool, prepared } = stands();
    await pool.prepare([trial(1, SLEEP_5), trial(2, SLEEP_2), trial(3, SLEEP_5)]);
    expect(prepared).toEqual(['1.1', '2.1']);
    expect((await pool.take(trial(3, SLEEP_5), 1)).name).toBe('1.1');
  });

  it('leave one that does not come up to its trial', async () => {
    const { pool, removed, state } = stands();
    state.preparable = false;
    await pool.prepare([trial(1, SLEEP_5)]);
    expect(removed).toEqual(['1.1']);
    expect((await pool.take(trial(4, SLEEP_5), 1)).name).toBe('4.1');
  });

  it('are shared by trials with the same settings alone', () => {
    const control = trial(2, { ...SLEEP_2, name: 'negative-control', mustPass: true });
    expect(sharesStand(trial(1, SLEEP_2), control)).toBe(true);
    expect(sharesStand(trial(1, SLEEP_2), trial(2, SLEEP_5))).toBe(false);
    expect(sharesStand(trial(1, SLEEP_2), trial(2, { ...SLEEP_2, env: { A: '1' } }))).toBe(false);
  });

  it('give none to two trials at once', async () => {
    const { pool } = stands();
    await pool.keep(await pool.take(trial(1, SLEEP_2), 1), trial(1, SLEEP_2));
    const taken = await Promise.all([pool.take(trial(2, SLEEP_2), 1), pool.take(trial(3, SLEEP_2), 1)]);
    expect(taken.map(({ name }) => name)).toEqual(['1.1', '3.1']);
  });

  it('begin anew for what is tried again', async () => {
    const { pool } = stands();
    await pool.keep(await pool.take(trial(1, SLEEP_2), 1), trial(1, SLEEP_2));
    expect((await pool.take(trial(2, SLEEP_2), 2)).name).toBe('2.2');
  });

  it('remove one that is not as it was left, or was used for long', async () => {
    const { pool, removed, state } = stands();
    await pool.keep(await pool.take(trial(1, SLEEP_2), 1), trial(1, SLEEP_2));
    state.asLeft = false;
    await pool.keep(await pool.take(trial(2, SLEEP_2), 1), trial(2, SLEEP_2));
    expect(removed).toEqual(['1.1']);
    state.asLeft = true;
    state.uses = 20;
    expect((await pool.take(trial(3, SLEEP_2), 1)).name).toBe('3.1');
    expect(removed).toEqual(['1.1', '2.1']);
  });

  it('let the one go that has waited the longest when too many Pods are idle', async () => {
    const { pool, removed } = stands(25);
    for (const number of [1, 2, 3]) {
      const planned = trial(number, { preStop: { sleepSeconds: number } });
      await pool.keep(await pool.take(planned, 1), planned);
    }
    expect(removed).toEqual(['1.1']);
  });

  it('try again to remove what could not be removed, until nothing is left', async () => {
    const { pool, removed, state } = stands();
    await pool.keep(await pool.take(trial(1, SLEEP_2), 1), trial(1, SLEEP_2));
    await pool.keep(await pool.take(trial(2, SLEEP_5), 1), trial(2, SLEEP_5));
    state.removable = false;
    await expect(pool.removeAll()).rejects.toThrow('still there');
    state.removable = true;
    await pool.removeAll();
    expect(removed.toSorted()).toEqual(['1.1', '2.1']);
  });
});
