import { describe, expect, it } from 'vitest';
import { cacheRoot } from '../../../src/model/cache-root.ts';

describe('cacheRoot', () => {
  it('follows XDG_CACHE_HOME where that is absolute, else ~/.cache', () => {
    expect(cacheRoot({ XDG_CACHE_HOME: '/var/cache' }, '/home/me')).toBe('/var/cache/drainbench');
    expect(cacheRoot({}, '/home/me')).toBe('/home/me/.cache/drainbench');
    expect(cacheRoot({ XDG_CACHE_HOME: '' }, '/home/me')).toBe('/home/me/.cache/drainbench');
    expect(cacheRoot({ XDG_CACHE_HOME: 'relative' }, '/home/me')).toBe('/home/me/.cache/drainbench');
  });
});
