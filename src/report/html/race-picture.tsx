import type { VNode } from 'preact';

import { countOf } from '../../model/count-of.ts';
import { formatMs } from '../../analyze/words/format-figures.ts';
import { axisLabel } from './axis-label.ts';
import { px } from './px.ts';
import type { Race } from './races.ts';
import { niceStep } from './time-axis.ts';

const WIDTH = 1060;
const LEFT = 190;
const RIGHT = 1030;
const AXIS_Y = 22;
const ROW_HEIGHT = 44;
const BAR = 11;
const TICKS = 8;

/**
 * The race of each strategy: until when nodes sent to the Pods, and until when the Pods listened. Where a Pod lost, the
 * time between is red.
 */
export function RacePicture(props: {
  readonly races: readonly Race[];
  readonly severalDisruptions: boolean;
}): VNode {
  const { races, severalDisruptions } = props;
  const lastMs = Math.max(
    1,
    ...races.flatMap(({ sentUntilMs, listenedUntilMs }) => [...sentUntilMs, ...listenedUntilMs]),
  );
  const stepMs = niceStep(lastMs / TICKS);
  const height = AXIS_Y + 10 + races.length * ROW_HEIGHT;
  const x = (ms: number): number => px(LEFT + (Math.max(0, ms) / (lastMs * 1.02)) * (RIGHT - LEFT));
  const steps = Array.from(
    { length: Math.floor((lastMs * 1.02) / stepMs) + 1 },
    (_, index) => index * stepMs,
  );
  return (
    <figure class="race">
      <div class="scroll" tabIndex={0} role="region" aria-label="Routing against listener, as a picture">
        <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={races.map(raceSentence).join(' ')}>
          <text class="caption" x={LEFT - 12} y={AXIS_Y - 8} text-anchor="end">
            since the delete
          </text>
          {steps.map((ms) => (
            <>
              <line class="tick-rule" x1={x(ms)} x2={x(ms)} y1={AXIS_Y} y2={height} />
              <text class="caption" x={x(ms)} y={AXIS_Y - 8} text-anchor="middle">
                {axisLabel(ms, stepMs)}
              </text>
            </>
          ))}
          {races.map((race, index) => (
            <Row
              race={race}
              y={AXIS_Y + 10 + index * ROW_HEIGHT}
              x={x}
              namesDisruption={severalDisruptions}
            />
          ))}
        </svg>
      </div>
      <figcaption>
        <span class="key sent" /> nodes send to the Pod (a tick: one node, one Pod){' '}
        <span class="key listens" /> the Pod listens (a tick: one Pod) <span class="key lost" /> it no longer
        listens, and a node still sends
      </figcaption>
    </figure>
  );
}

function Row(props: {
  readonly race: Race;
  readonly y: number;
  readonly x: (ms: number) => number;
  readonly namesDisruption: boolean;
}): VNode {
  const { race, y, x, namesDisruption } = props;
  const { sentUntilMs, listenedUntilMs, lost } = race;
  const lower = y + BAR + 4;
  const ticks = (times: readonly number[], top: number): string =>
    times.map((ms) => `M${x(ms)} ${top - 1}v${BAR + 2}`).join('');
  return (
    <g>
      <title>{raceSentence(race)}</title>
      <text x={LEFT - 12} y={y + BAR + 6} text-anchor="end">
        {race.strategy}
      </text>
      {namesDisruption && (
        <text class="caption" x={LEFT - 12} y={y + BAR + 20} text-anchor="end">
          {race.disruption}
        </text>
      )}
      {sentUntilMs.length > 0 && (
        <rect class="sent" x={LEFT} y={y} width={px(x(Math.max(...sentUntilMs)) - LEFT)} height={BAR} />
      )}
      {listenedUntilMs.length > 0 && (
        <rect
          class="listens"
          x={LEFT}
          y={lower}
          width={px(x(Math.min(...listenedUntilMs)) - LEFT)}
          height={BAR}
        />
      )}
      {lost.map(({ fromMs, toMs }) => (
        <rect
          class="lost"
          x={x(fromMs)}
          y={lower}
          width={px(Math.max(0.5, x(toMs) - x(fromMs)))}
          height={BAR}
        />
      ))}
      <path class="sent-ticks" d={ticks(sentUntilMs, y)} />
      <path class="listens-ticks" d={ticks(listenedUntilMs, lower)} />
    </g>
  );
}

function raceSentence({ strategy, disruption, sentUntilMs, listenedUntilMs, lost }: Race): string {
  const sent =
    sentUntilMs.length === 0
      ? 'no node was seen to stop sending'
      : `the last node stopped sending after ${formatMs(Math.max(...sentUntilMs))}`;
  const listened =
    listenedUntilMs.length === 0
      ? 'no listener was seen to close'
      : `the first Pod ceased to listen after ${formatMs(Math.min(...listenedUntilMs))}`;
  const who = lost.length === 0 ? '' : `; ${countOf(lost.length, 'Pod')} ceased to listen first`;
  return `${strategy}, ${disruption}: ${sent}, ${listened}${who}.`;
}
