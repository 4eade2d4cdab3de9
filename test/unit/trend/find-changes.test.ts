import { describe, expect, it } from 'vitest';

import { CHANGE_LEVEL, findChanges } from '../../../src/trend/find-changes.ts';
import { seriesOf } from '../../../src/trend/series.ts';
import { nights, pastCell, pastRun } from './past-runs.ts';

const changesIn = (runs: ReturnType<typeof nights>) => findChanges(seriesOf(runs));

describe('the changes of a history', () => {
  it('name the run with which a margin became another one, and by how much', () => {
    const runs = nights(40, { shiftMs: -300, from: 25 });
    const changes = changesIn(runs);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ since: runs[25], runsBefore: 25, runsAfter: 15 });
    expect(changes[0]?.beforeMs).toBeGreaterThan(750);
    expect(changes[0]?.afterMs).toBeLessThan(550);
    expect(changes[0]?.p).toBeLessThanOrEqual(CHANGE_LEVEL);
  });

  it('are told each where there are several', () => {
    const runs = nights(75, { shiftMs: -300, from: 25 }).map((run, night) =>
      night < 50 ? run : pastRun(night, [1200 + (night % 7)]),
    );
    expect(changesIn(runs).map(({ since }) => since)).toEqual([runs[25], runs[50]]);
  });

  it('are of the cell that changed alone', () => {
    const steady = nights(30, { cells: 3, seed: 5 });
    const runs = steady.map((run, night) => ({
      ...run,
      cells: run.cells.map((cell) =>
        cell.load === 'load-1' && night >= 15 ? pastCell('load-1', 200 + (night % 4)) : cell,
      ),
    }));
    expect(changesIn(runs).map(({ series, since }) => [series.load, since])).toEqual([['load-1', runs[15]]]);
  });

  it('are not looked for across another Kubernetes, or other settings under the same name', () => {
    const upgraded = nights(40, { shiftMs: -300, from: 20 }).map((run, night) =>
      night < 20 ? run : { ...run, platform: { ...run.platform, kubernetesVersion: 'v1.38.0' } },
    );
    expect(seriesOf(upgraded).map(({ platform, points }) => [platform.kubernetesVersion, points.length])).toEqual([['v1.38.0', 20], ['v1.37.1', 20]]); // prettier-ignore
    expect(changesIn(upgraded)).toEqual([]);
    const renamed = nights(40, { shiftMs: -300, from: 20 }).map((run, night) => ({
      ...run,
      cells: run.cells.map((cell) => (night < 20 ? cell : { ...cell, setting: 'preStop sleep 1 s' })),
    }));
    expect(changesIn(renamed)).toEqual([]);
  });

  it('leave out runs of which no margin is known, and void cells', () => {
    const runs = nights(40, { shiftMs: -300, from: 25 }).map((run, night) => ({
      ...run,
      cells: run.cells.map((cell) =>
        night % 9 === 4 ? { ...cell, ...(night % 2 === 0 ? { marginMs: null } : { standing: 'void' as const }) } : cell,
      ),
    })); // prettier-ignore
    expect(changesIn(runs)[0]?.since).toBe(runs[25]);
  });

  it('are rarely found where there is none, however many cells are asked: simulated', () => {
    const [histories, cells] = [1000, 4];
    let alarms = 0;
    for (let seed = 1; seed <= histories; seed += 1) {
      if (changesIn(nights(40, { cells, seed })).length > 0) alarms += 1;
    }
    console.info(`false alarms: ${alarms} of ${histories} histories of 40 runs and ${cells} cells (level ${CHANGE_LEVEL})`); // prettier-ignore
    // The level, and what 1,000 histories can be beyond it by chance: three standard deviations.
    const most = histories * CHANGE_LEVEL + 3 * Math.sqrt(histories * CHANGE_LEVEL);
    expect(alarms).toBeLessThanOrEqual(most);
  });

  it('cry wolf in few of many nights, although every night is looked at: simulated', () => {
    const [histories, cells, first, last] = [100, 4, 12, 60];
    let [nightsWithAlarm, historiesWithAlarm] = [0, 0];
    for (let seed = 1; seed <= histories; seed += 1) {
      const runs = nights(last, { cells, seed: 1000 + seed });
      let own = 0;
      for (let night = first; night <= last; night += 1) {
        if (changesIn(runs.slice(0, night)).length > 0) own += 1;
      }
      nightsWithAlarm += own;
      if (own > 0) historiesWithAlarm += 1;
    }
    const looks = histories * (last - first + 1);
    console.info(`looked at every night from run ${first} to ${last}, ${cells} cells: ${nightsWithAlarm} of ${looks} nights with a false alarm, in ${historiesWithAlarm} of ${histories} histories`); // prettier-ignore
    // Nights of one history are alike: one that is wrong is so for some nights. One history of twenty is too many.
    expect(historiesWithAlarm).toBeLessThanOrEqual(histories / 20);
  });

  it('take some nights to be shown: simulated', () => {
    const told = [60, 120, 300].map((shiftMs) => {
      const waits = Array.from({ length: 20 }, (_, seed) => {
        const runs = nights(70, { seed: 50 + seed, shiftMs: -shiftMs, from: 30 });
        const night = Array.from({ length: 40 }, (_, more) => 30 + more + 1).find(
          (count) => changesIn(runs.slice(0, count)).length > 0,
        );
        return night === undefined ? Infinity : night - 30;
      }).sort((a, b) => a - b);
      return { shiftMs, median: waits[10] ?? Infinity };
    });
    for (const { shiftMs, median } of told) {
      console.info(`a margin of 800 ± 60 ms that falls by ${shiftMs} ms after 30 runs is told after ${median} more runs (median)`); // prettier-ignore
    }
    expect(told.at(-1)?.median).toBeLessThanOrEqual(12);
    expect(told[0]?.median).toBeGreaterThan(told.at(-1)?.median ?? Infinity);
  });
});
