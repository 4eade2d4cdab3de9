import type { PastCell, PastRun } from '../model/past-run.ts';

/** What the runs of a history show of one strategy × disruption × load on one make of cluster, in the order of time. */
export interface Series {
  readonly scenario: string;
  readonly strategy: string;
  readonly setting: string;
  readonly disruption: string;
  readonly load: string;
  readonly platform: PastRun['platform'];
  readonly points: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly run: PastRun;
  readonly cell: PastCell;
}

/**
 * Runs are put together only where they measured the same: another Kubernetes, node image, driver or proxy mode, or other
 * settings under the same name, begin a series of their own. Void cells show nothing and are left out.
 *
 * @param runs in the order of time
 * @returns the series with the newest runs first
 */
export function seriesOf(runs: readonly PastRun[]): readonly Series[] {
  const found = new Map<string, Omit<Series, 'points'> & { points: SeriesPoint[] }>();
  for (const run of runs) {
    for (const cell of run.cells) {
      if (cell.standing === 'void') continue;
      const key = keyOf(run, cell);
      const { scenario, platform } = run;
      const { strategy, setting, disruption, load } = cell;
      const series = found.get(key) ?? {
        scenario,
        strategy,
        setting,
        disruption,
        load,
        platform,
        points: [],
      };
      series.points.push({ run, cell });
      found.set(key, series);
    }
  }
  const newest = ({ points }: Series): number => points.at(-1)?.run.startedAtMs ?? 0;
  return [...found.values()].sort((a, b) => newest(b) - newest(a));
}

function keyOf({ scenario, platform }: PastRun, { strategy, setting, disruption, load }: PastCell): string {
  const { driver, kubernetesVersion, proxyMode, nodeImage } = platform;
  return JSON.stringify([
    ...[scenario, strategy, setting, disruption, load],
    ...[driver, kubernetesVersion, proxyMode, nodeImage],
  ]);
}

/** `sleep-2, delete, fresh`. */
export function cellTitle({ strategy, disruption, load }: Omit<Series, 'points'>): string {
  return `${strategy}, ${disruption}, ${load}`;
}

/** `kind, Kubernetes v1.37.1, nftables`. */
export function platformTitle({
  driver,
  kubernetesVersion,
  proxyMode,
  nodeImage,
}: PastRun['platform']): string {
  return `${driver}, Kubernetes ${kubernetesVersion}, ${proxyMode}${nodeImage === null ? '' : `, ${nodeImage}`}`;
}
