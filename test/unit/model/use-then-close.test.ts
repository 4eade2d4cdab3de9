import { expect, test } from 'vitest';

import { useThenClose } from '../../../src/model/use-then-close.ts';

const first = new Error('the disk is full');
const second = new Error('the file is gone');

test('what is used is closed, and its result is given', async () => {
  const done: string[] = [];
  const use = () => Promise.resolve(done.push('used'));
  await expect(useThenClose(use, () => Promise.resolve(done.push('closed')))).resolves.toBe(1);
  expect(done).toEqual(['used', 'closed']);
});

test('what was used in vain is closed too, and a failure to close does not hide why', async () => {
  let closed = 0;
  const close = () => Promise.reject(closed++ === 0 ? second : first);
  await expect(useThenClose(() => Promise.reject(first), close)).rejects.toBe(first);
  expect(closed).toBe(1);
});

test('a failure to close what was used well is an error', async () => {
  await expect(useThenClose(() => Promise.resolve(7), () => Promise.reject(second))).rejects.toBe(second); // prettier-ignore
});
