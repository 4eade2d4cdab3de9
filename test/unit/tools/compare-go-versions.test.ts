import { describe, expect, it } from 'vitest';
import { compareGoVersions } from '../../../src/tools/compare-go-versions.ts';

describe('compareGoVersions', () => {
  it.each([
    ['go1.26.8', '1.26.8', 0],
    ['go1.26.8', '1.26.10', -1],
    ['go1.27', '1.26.8', 1],
    ['go1.9', '1.26', -1],
    ['go1.27rc1', '1.27', -1],
    ['go1.27rc1', '1.26.9', 1],
    ['devel', '1.20', -1],
    ['go1.26.8 X:nodwarf5', '1.26.8', 0],
  ])('puts %s against %s', (a, b, order) => {
    expect(Math.sign(compareGoVersions(a, b))).toBe(order);
  });
});
