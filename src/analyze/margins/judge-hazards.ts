import { countOf } from '../../model/count-of.ts';
import type {
  GraceMargin,
  HazardInTrial,
  KeptConnections,
  LoadMargins,
  Margin,
  RoutingMargin,
} from '../../model/margin.ts';
import { formatMs } from '../words/format-figures.ts';
import { THE_NAME } from './routing-margins.ts';

export interface HazardInput extends Pick<
  LoadMargins,
  'routing' | 'connections' | 'grace' | 'refusals' | 'nobodyLeftMs' | 'fallenMs' | 'p99Ms'
> {
  /** The load's clients send a request again that met a connection as it was ended. */
  readonly retriesOnCut: boolean;
  /** Their containers were killed; the Pods stay, and start them again. */
  readonly killed: boolean;
  /** What latency is to stay below after the disruption, ms; `null`: the scenario asks for nothing. */
  readonly maxP99Ms: number | null;
}

/** What one trial shows of each hazard that this load can meet. A client that sends a cut request again loses none. */
export function judgeHazards(input: HazardInput): readonly HazardInTrial[] {
  return [
    stillRouted(input.routing, input.killed),
    ...(input.connections === null ? [] : [cutUnannounced(input.connections, input.retriesOnCut)]),
    cutInHand(input.grace, input.killed),
    refused(input.refusals),
    nobodyLeft(input.nobodyLeftMs),
    tooFewLeft(input),
  ];
}

type Judged = Omit<HazardInTrial, 'hazard'>;

function stillRouted(routing: readonly RoutingMargin[], killed: boolean): HazardInTrial {
  const unsafe = routing.filter(({ state, margin }) => state === 'not-dropped' || isBelowZero(margin));
  const known = routing.flatMap((each) => (each.margin === null ? [] : [{ ...each, margin: each.margin }]));
  const [worst] = known.toSorted((a, b) => a.margin.ms - b.margin.ms);
  const margin = worst?.margin ?? null;
  const [kept] = unsafe.filter(({ state }) => state === 'not-dropped');
  const said = (judged: Judged): HazardInTrial => ({ hazard: 'still-routed', ...judged });
  if (kept !== undefined) {
    const detail = killed
      ? `${kept.node} went on sending to ${kept.pod} while its container was started again`
      : `${kept.node} still sent to ${kept.pod}, which no longer listened, when the trial ended`;
    return said({ state: 'there', margin: null, count: unsafe.length, detail });
  }
  if (unsafe.length > 0 && worst !== undefined) {
    const end =
      worst.node === THE_NAME
        ? 'the last record that named it ran out'
        : `${worst.node} stopped sending to it`;
    const detail = `${worst.pod} closed its listener ${formatMs(-worst.margin.ms)} before ${end}`;
    return said({ state: 'there', margin, count: unsafe.length, detail });
  }
  const [blind] = routing.filter(({ state }) => state === 'unknown');
  if (blind !== undefined) {
    const where = blind.node === '' ? blind.pod : `${blind.node}, ${blind.pod}`;
    return said({ state: 'unknown', margin, count: 0, detail: `${where}: ${blind.why}` });
  }
  if (worst !== undefined && !isAboveZero(worst.margin)) {
    const detail = `${worst.pod} on ${worst.node}: which came first is within the uncertainty of ${formatMs(worst.margin.uncertaintyMs)}`;
    return said({ state: 'unknown', margin, count: 0, detail });
  }
  return said({ state: 'none', margin, count: 0, detail: '' });
}

function cutUnannounced({ cut, unknown, why }: KeptConnections, retries: boolean): HazardInTrial {
  const said = (judged: Omit<Judged, 'margin'>): HazardInTrial => {
    return { hazard: 'cut-unannounced', margin: null, ...judged };
  };
  if (retries) return said({ state: 'none', count: 0, detail: 'the clients send such a request again' });
  if (cut.length > 0) {
    const pods = [...new Set(cut.map(({ pod }) => pod))].sort();
    const detail = `${countOf(cut.length, 'connection')} of ${pods.join(', ')}`;
    return said({ state: 'there', count: cut.length, detail });
  }
  return unknown > 0
    ? said({ state: 'unknown', count: 0, detail: why })
    : said({ state: 'none', count: 0, detail: '' });
}

function cutInHand(grace: readonly GraceMargin[], killed: boolean): HazardInTrial {
  const said = (judged: Judged): HazardInTrial => ({ hazard: 'cut-in-hand', ...judged });
  const cut = grace.filter((each) => each.cut > 0);
  const known = grace.flatMap((each) => (each.margin === null ? [] : [{ ...each, margin: each.margin }]));
  const [worst] = known.toSorted((a, b) => a.margin.ms - b.margin.ms);
  const margin = worst?.margin ?? null;
  if (cut.length > 0) {
    const count = cut.reduce((sum, each) => sum + each.cut, 0);
    const pods = cut.map(({ pod }) => pod).join(', ');
    return said({ state: 'there', margin, count, detail: `in hand when ${pods} ended` });
  }
  if (worst !== undefined && isBelowZero(worst.margin)) {
    const detail = killed
      ? `the container of ${worst.pod} was killed with whatever it had in hand`
      : `${worst.pod} ended ${formatMs(-worst.margin.ms)} before a request that it still may have got would have been answered`;
    return said({ state: 'there', margin, count: 0, detail });
  }
  const [blind] = grace.filter(({ until }) => until === 'unknown');
  if (blind !== undefined) {
    return said({ state: 'unknown', margin, count: 0, detail: `${blind.pod}: ${blind.why}` });
  }
  const within = worst !== undefined && !isAboveZero(worst.margin);
  return within
    ? said({ state: 'unknown', margin, count: 0, detail: `${worst.pod}: within its uncertainty` })
    : said({ state: 'none', margin, count: 0, detail: '' });
}

function refused(count: number): HazardInTrial {
  const detail = count === 0 ? '' : 'errors of a Pod that was going';
  return { hazard: 'refused-while-going', state: count > 0 ? 'there' : 'none', margin: null, count, detail };
}

function nobodyLeft(ms: number | null): HazardInTrial {
  const said = (judged: Omit<Judged, 'margin'>): HazardInTrial => {
    return { hazard: 'nobody-left', margin: null, ...judged };
  };
  if (ms === null) {
    return said({ state: 'unknown', count: 0, detail: 'the EndpointSlices were not seen' });
  }
  return ms > 0
    ? said({ state: 'there', count: ms, detail: `no usable endpoint for ${formatMs(ms)}` })
    : said({ state: 'none', count: 0, detail: '' });
}

function tooFewLeft({ fallenMs, p99Ms, maxP99Ms }: HazardInput): HazardInTrial {
  const said = (judged: Judged): HazardInTrial => ({ hazard: 'too-few-left', ...judged });
  const margin = maxP99Ms === null || p99Ms === null ? null : { ms: maxP99Ms - p99Ms, uncertaintyMs: 0 };
  if (fallenMs !== null && fallenMs > 0) {
    const detail = `none that stayed was Ready for ${formatMs(fallenMs)}`;
    return said({ state: 'there', margin, count: fallenMs, detail });
  }
  if (margin !== null && margin.ms < 0) {
    const detail = `p99 of ${formatMs(p99Ms)} after the disruption`;
    return said({ state: 'there', margin, count: 0, detail });
  }
  if (fallenMs === null) {
    return said({ state: 'unknown', margin, count: 0, detail: 'the EndpointSlices were not seen' });
  }
  return maxP99Ms !== null && margin === null
    ? said({ state: 'unknown', margin, count: 0, detail: 'nothing was answered' })
    : said({ state: 'none', margin, count: 0, detail: '' });
}

function isBelowZero(margin: Margin | null): boolean {
  return margin !== null && margin.ms < -margin.uncertaintyMs;
}

function isAboveZero({ ms, uncertaintyMs }: Margin): boolean {
  return ms > uncertaintyMs;
}
