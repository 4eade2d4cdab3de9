import type { Attribution, Confidence } from '../../../../../src/model/attribution.ts';
import { attributeStory } from './attribute-story.ts';
import type { History } from './compose.ts';
import { observed } from './observers.ts';
import type { Story } from './story.ts';

/** What was said of a history's request, and where that breaks the law of causes. */
export interface Judged {
  /** With all evidence. */
  readonly whole: Attribution;
  readonly breaches: readonly Breach[];
}

export interface Breach {
  readonly law: 'wrong and certain' | 'certain by less evidence' | 'surer by less evidence';
  /** What was taken away, or how it was seen instead; `null`: nothing. */
  readonly how: string | null;
  /** What was left. */
  readonly story: Story;
  readonly found: Attribution;
}

const RANK: Readonly<Record<Confidence, number>> = { weak: 0, likely: 1, certain: 2 };

/**
 * Whether what is said of one request stands up to its truth, and to less evidence. Evidence that is moved within its
 * uncertainty may well tell more, as where an order comes out that could not be told before; never anything else.
 */
export async function judgeHistory({ story, seeds, less }: History): Promise<Judged> {
  const seen: Story = { ...story, events: observed(story.events, seeds[0]) };
  const whole = await attributeStory(seen);
  const breaches: Breach[] = isWrong(whole, story)
    ? [{ law: 'wrong and certain', how: null, story: seen, found: whole }]
    : [];
  for (const { how, of } of less) {
    const left = of(seen);
    const found = await attributeStory(left);
    const law = brokenBy(found, whole, story);
    if (law !== null) breaches.push({ law, how, story: left, found });
  }
  const moved: Story = { ...story, events: observed(story.events, seeds[1]) };
  const found = await attributeStory(moved);
  if (isWrong(found, story)) {
    breaches.push({ law: 'wrong and certain', how: 'moved within its uncertainty', story: moved, found });
  }
  return { whole, breaches };
}

function brokenBy(found: Attribution, whole: Attribution, story: Story): Breach['law'] | null {
  if (isWrong(found, story)) return 'wrong and certain';
  const another = found.cause !== whole.cause;
  if (found.confidence === 'certain' && (another || whole.confidence !== 'certain'))
    return 'certain by less evidence';
  return RANK[found.confidence] > RANK[whole.confidence] ? 'surer by less evidence' : null;
}

function isWrong({ confidence, cause }: Attribution, { truth }: Story): boolean {
  return confidence === 'certain' && !truth.includes(cause);
}
