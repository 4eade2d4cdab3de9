import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeRequest } from '../../../src/load/compose-request.ts';
import { requestWriter } from '../../../src/load/request-writer.ts';
import { loadSpec } from './load-spec.ts';

const target = { host: '127.0.0.1', port: 80 };

describe('requestWriter', () => {
  it('writes what composing each request anew would, for rising ids', () => {
    const bodies = fc.oneof(
      fc.constant(undefined),
      fc.string(),
      fc.constant('x-request-id: main-1\r\n\r\nü'),
    );
    const big = fc.constant('b'.repeat(5000));
    // 7 is also what another header says.
    const id = fc.oneof(fc.integer({ min: 1, max: 2_000_000 }), fc.constant(7));
    const ids = fc.uniqueArray(id, { maxLength: 50 });
    fc.assert(
      fc.property(fc.oneof(bodies, big), ids, (body, unsorted) => {
        const spec = loadSpec({
          name: 'main',
          connections: 'keep-alive',
          engine: 'autocannon',
          method: 'POST',
          headers: { 'user-agent': 'x-request-id: main-7' },
          ...(body === undefined ? {} : { body }),
        });
        const compose = composeRequest(spec, target);
        const write = requestWriter(spec, compose);
        for (const id of unsorted.sort((a, b) => a - b)) {
          expect(write(id).toString()).toBe(compose(id));
        }
      }),
    );
  });

  it('crosses every number of digits', () => {
    const spec = loadSpec({ name: 'main', connections: 'keep-alive', engine: 'autocannon' });
    const write = requestWriter(spec, composeRequest(spec, target));
    for (const id of [1, 9, 10, 99, 100, 999_999, 1_000_000, 123_456_789]) {
      expect(write(id).toString()).toContain(`\r\nx-request-id: main-${id}\r\n\r\n`);
    }
  });
});
