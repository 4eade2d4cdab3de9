import { expect, test } from 'vitest';

import { parseOsRelease } from '../../../src/doctor/read-host.ts';

test.each([
  ['ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'Debian GNU/Linux 12 (bookworm)', true],
  ["ID=ubuntu\nID_LIKE=debian\nNAME='Ubuntu'\n", 'Ubuntu', true],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"\nNAME=Mint\n', 'Mint', true],
  ['ID=fedora\nPRETTY_NAME="Fedora Linux 43"\n', 'Fedora Linux 43', false],
  ['', 'unknown', false],
])('%j is read as %s, Debian-like %s', (text, name, debianLike) => {
  expect(parseOsRelease(text)).toEqual({ name, debianLike });
});
