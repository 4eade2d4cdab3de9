import { expect, it } from 'vitest';
import { k6Script, periodNs } from '../../../../src/load/k6/k6-script.ts';
import { loadSpec } from '../load-spec.ts';

const TARGETS = [{ host: '198.18.0.11', port: 30080 }];

it('the k6 script lets nothing of a load become code', () => {
  const script = k6Script(
    {
      ...loadSpec({ engine: 'k6', body: '`${x}`\u2028"; throw 1; //', headers: { 'X-A': "'</script>" } }),
      ratePerSecond: 10,
    },
    TARGETS,
  );
  const line = script.split('\n').find((each) => each.startsWith('const load = '));
  const load = JSON.parse(line?.slice('const load = '.length, -1) ?? '') as Record<string, unknown>;
  expect(load).toMatchObject({
    body: '`${x}`\u2028"; throw 1; //',
    headers: { 'X-A': "'</script>" },
    urls: ['http://198.18.0.11:30080/'],
    idPrefix: 'probe-',
  });
  expect(script).not.toContain('\u2028');
});

it('the k6 script asks for the very distance of two requests that k6 reckons with itself', () => {
  expect([periodNs(100), periodNs(3), periodNs(0.1), periodNs(20_000)]).toEqual([
    10_000_000, 333_333_333, 10_000_000_000, 50_000,
  ]);
});
