import { describe, expect, it } from 'vitest';
import { cacheFailure } from '../../../src/tools/cache-failure.ts';

const systemError = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

describe('cacheFailure', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'cache-not-writable'],
    ['EROFS', 'cache-not-writable'],
  ])('explains %s as %s', (code, expected) => {
    expect(cacheFailure('/cache', systemError(code))).toMatchObject({ code: expected });
  });

  it('explains a lock file that cannot be opened', () => {
    const error = Object.assign(new Error('unable to open database file'), { errcode: 14 });
    expect(cacheFailure('/cache', error)).toMatchObject({ code: 'cache-not-writable' });
  });

  it('leaves every other error alone', () => {
    expect(cacheFailure('/cache', systemError('EMFILE'))).toBeUndefined();
    expect(cacheFailure('/cache', 'a string')).toBeUndefined();
  });
});
