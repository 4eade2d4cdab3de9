import { describe, expect, it } from 'vitest';
import { announcedClose } from '../../../../src/load/k6/announced-close.ts';

const SHOWN = 'HTTP/1.1 200 OK\r\nX-Pod: a\r\nContent-Length: 5\r\n\r\nhello'.length;

describe('the announced close of an answer that k6 tells of', () => {
  it('shows by the bytes of the header that Go takes out', () => {
    expect(announcedClose(String(SHOWN), SHOWN)).toBe(false);
    expect(announcedClose(String(SHOWN), SHOWN + 'Connection: close\r\n'.length)).toBe(true);
  });

  it('is not known where something else is hidden', () => {
    for (const more of [-20, -1, 1, 18, 20, 28])
      expect(announcedClose(String(SHOWN), SHOWN + more)).toBeNull();
    expect(announcedClose('', SHOWN)).toBeNull();
  });

  it('is what k6 shows of HTTP/1.0', () => {
    expect([announcedClose('close', 7), announcedClose('open', 7)]).toEqual([true, false]);
  });
});
