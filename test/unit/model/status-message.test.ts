import { describe, expect, it } from 'vitest';

import { statusMessage } from '../../../src/model/status-message.ts';

describe('what a Status object says', () => {
  it('is its message and those of its causes, each once', () => {
    expect(
      statusMessage({
        message: 'Pod "a" is invalid',
        details: { causes: [{ message: 'too long' }, { message: 'too long' }, { field: 'spec' }] },
      }),
    ).toBe('Pod "a" is invalid too long');
  });

  it('is nothing where it has no words, or is no such object', () => {
    for (const nothing of [null, undefined, 'text', 7, {}, { message: '' }, { details: { causes: 'x' } }])
      expect(statusMessage(nothing)).toBeNull();
  });
});
