import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CAUSES } from '../../../../src/model/attribution.ts';
import type { HistoryEvent } from '../../../../src/model/history-event.ts';
import { attributeScene } from './attribute-scene.ts';
import { SCENES, type Scene } from './scenes.ts';
import { numbered } from './write-scene.ts';

/** What no observer can take away: without a disruption there is no trial to speak of. */
const isFrame = (event: HistoryEvent): boolean => event.type === 'phase' || event.type === 'action';

describe('with all evidence, the cause is named', () => {
  it.each(SCENES.map((scene) => [scene.cause, scene.name, scene] as const))(
    '%s: %s',
    async (_cause, _name, { cause, confidence, pod, request, kind, events }) => {
      const found = await attributeScene(numbered(events), request, kind);
      expect({ cause: found.cause, confidence: found.confidence, pod: found.pod }).toEqual({
        cause,
        confidence,
        pod,
      });
      expect(found.because).not.toBe('');
    },
  );

  it('has a scene for every cause that evidence can name', () => {
    const named = new Set(SCENES.map(({ cause }) => cause));
    expect(CAUSES.filter((cause) => !named.has(cause))).toEqual(['ambiguous', 'unexplained']);
  });

  it('names events that are there, and that are about it', async () => {
    for (const { events, request, kind, cause } of SCENES) {
      const all = numbered(events);
      const { evidence } = await attributeScene(all, request, kind);
      expect(evidence.length, cause).toBeGreaterThan(0);
      for (const { eventId, atNs } of evidence) {
        if (eventId === null) continue;
        const event = all.find(({ id }) => id === eventId);
        expect(event, cause).toBeDefined();
        // A milestone made of an API write lies between its request and its answer.
        expect(Math.abs((event?.atNs ?? 0) - atNs), cause).toBeLessThan(2e9);
      }
    }
  });
});

describe('with evidence taken away', () => {
  const kinds = (scene: Scene): readonly string[] => [
    ...new Set(scene.events.filter(({ type }) => type !== 'phase' && type !== 'action').map(kindOf)),
  ];
  const cases = SCENES.flatMap((scene) => kinds(scene).map((kind) => [scene.cause, kind, scene] as const));

  it.each(cases)('%s without %s is the same or less sure, never another certainty', async (...args) => {
    const [cause, missing, scene] = args;
    const left = numbered(scene.events).filter((event) => kindOf(event) !== missing);
    const found = await attributeScene(left, scene.request, scene.kind);
    if (found.confidence === 'certain') expect(found.cause).toBe(cause);
    if (found.cause === 'ambiguous') expect(found.candidates).toHaveLength(2);
    if (found.cause === 'unexplained') expect(found.missing).not.toEqual([]);
  });

  it(
    'says less with every subset of the events, never something else for certain',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...SCENES),
          fc.infiniteStream(fc.boolean()),
          async (scene, keeps) => {
            const all = numbered(scene.events);
            const left = all.filter((event) => isFrame(event) || keeps.next().value === true);
            const found = await attributeScene(left, scene.request, scene.kind);
            expect(CAUSES).toContain(found.cause);
            if (found.confidence === 'certain') expect(found.cause).toBe(scene.cause);
          },
        ),
        { numRuns: 600 },
      );
    },
  );

  it('makes nothing else certain when any two events are missing', { timeout: 60_000 }, async () => {
    for (const scene of SCENES) {
      const all = numbered(scene.events);
      const removable = all.filter((event) => !isFrame(event)).map(({ id }) => id);
      for (const [index, one] of removable.entries()) {
        for (const two of removable.slice(index)) {
          const left = all.filter(({ id }) => id !== one && id !== two);
          const found = await attributeScene(left, scene.request, scene.kind);
          const what = `${scene.cause} without events ${one} and ${two}`;
          if (found.confidence === 'certain') expect(found.cause, what).toBe(scene.cause);
        }
      }
    }
  });

  it('stays certain of the client’s own error code, whatever nobody else saw', async () => {
    const [scene] = SCENES;
    if (scene === undefined) throw new Error('no scene');
    const request = { ...scene.request, outcome: 'reset' as const, errorCode: 'ECONNABORTED' };
    const found = await attributeScene(numbered(scene.events.slice(0, 3)), request);
    expect([found.cause, found.confidence]).toEqual(['client', 'certain']);
  });
});

describe('attribution', () => {
  it('does not depend on the order in which events of the same time were written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SCENES), fc.integer(), async (scene, seed) => {
        // A coarse clock makes many events equal; the request keeps its own.
        const coarse = scene.events.map((event) => ({ ...event, atNs: Math.floor(event.atNs / 5e6) * 5e6 }));
        const events = numbered(coarse);
        const order = events.map((event, index) => ({ event, key: hash(seed, index) }));
        const shuffled = order
          .sort((a, b) => a.event.atNs - b.event.atNs || a.key - b.key)
          .map(({ event }) => event);
        const first = await attributeScene(events, scene.request, scene.kind);
        const second = await attributeScene(shuffled, scene.request, scene.kind);
        // Of two events of the same time either may stand as evidence.
        expect({ ...second, evidence: [] }).toEqual({ ...first, evidence: [] });
      }),
      { numRuns: 200 },
    );
  });

  it('is not misled by another connection that had the same port a minute before', async () => {
    for (const scene of SCENES) {
      const earlier = scene.events
        .filter(({ type }) => type === 'conntrack' || type === 'reset-sent')
        .map((event) => ({ ...event, atNs: event.atNs - 90e9 }));
      const found = await attributeScene(numbered([...earlier, ...scene.events]), scene.request, scene.kind);
      expect([found.cause, found.confidence], scene.name).toEqual([scene.cause, scene.confidence]);
    }
  });
});

function kindOf(event: { readonly type: string; readonly source: string; readonly kind?: string }): string {
  return [event.type, event.kind ?? event.source].join(' ');
}

function hash(seed: number, index: number): number {
  return Math.imul(seed ^ (index * 0x9e3779b1), 0x85ebca6b) >>> 0;
}
