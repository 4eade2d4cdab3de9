import { describe, expect, it } from 'vitest';

import { limitByPort } from '../../../../src/analyze/attribution/limit-by-port.ts';
import type { Attribution } from '../../../../src/model/attribution.ts';
import { attributeScene } from './attribute-scene.ts';
import { SCENES } from './scenes.ts';
import { numbered } from './write-scene.ts';

const certain: Attribution = {
  cause: 'listener-closed-still-routed',
  confidence: 'certain',
  because: 'it no longer listened',
  candidates: [],
  missing: [],
  evidence: [],
  pod: 'p',
  podUid: 'u',
  podNode: 'n',
  podProof: 'answer',
  sentByNode: 'n',
};

describe('a cause of a request that k6 sent', () => {
  it('is never certain without the client’s port, and says that it is missing', () => {
    const limited = limitByPort(certain, { engine: 'k6', clientPort: null, startNs: 1 });
    expect(limited.confidence).toBe('likely');
    expect(limited.missing).toEqual([expect.stringContaining('port')]);
  });

  it('is as sure as any other where the port is known', () => {
    expect(limitByPort(certain, { engine: 'k6', clientPort: 40_000, startNs: 1 })).toBe(certain);
  });

  it('is as sure as any other where the request never reached the network', () => {
    expect(limitByPort(certain, { engine: 'k6', clientPort: null, startNs: null })).toBe(certain);
  });

  it('leaves the other engines alone', () => {
    expect(limitByPort(certain, { engine: 'native', clientPort: null, startNs: 1 })).toBe(certain);
  });

  it.each(SCENES.map((scene) => [scene.cause, scene.name, scene] as const))(
    'is at most likely whatever else is known: %s, %s',
    async (_cause, _name, { request, kind, events }) => {
      // What tells the port: the client's own sockets.
      const seen = events.filter(
        (event) => event.type !== 'socket-state' || !event.localAddress.startsWith('198.18.16.'),
      );
      const ofK6 = { ...request, engine: 'k6' as const, clientPort: null };
      const { confidence, missing } = await attributeScene(numbered(seen), ofK6, kind);
      if (request.startNs === null) return;
      expect(confidence).not.toBe('certain');
      expect(missing).toContainEqual(expect.stringContaining("the client's port, which k6 does not tell"));
    },
  );
});
