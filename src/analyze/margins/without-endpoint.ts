import { NS_PER_MS } from '../../model/duration.ts';
import type { ServiceOutage } from '../objects/service-outages.ts';

/** For how long the Service had no usable endpoint, ms. */
export interface WithoutEndpoint {
  /** Because nobody was left. */
  readonly nobodyLeftMs: number;
  /** Although Pods had stayed: they were not Ready any more. */
  readonly fallenMs: number;
}

/** @param hasFallen at that time, ns, some Pod that stays and was ready before was so no more */
export function withoutEndpoint(
  outages: readonly ServiceOutage[],
  hasFallen: (atNs: number) => boolean,
): WithoutEndpoint {
  const sum = (of: readonly ServiceOutage[]): number =>
    of.reduce((total, { fromNs, toNs }) => total + (toNs - fromNs) / NS_PER_MS, 0);
  const fallen = outages.filter(({ fromNs }) => hasFallen(fromNs));
  return { nobodyLeftMs: sum(outages) - sum(fallen), fallenMs: sum(fallen) };
}
