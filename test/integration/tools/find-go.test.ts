import { describe, expect, it } from 'vitest';
import { findGo } from '../../../src/tools/find-go.ts';

describe('findGo', () => {
  it('reports the toolchain and host of the Go it finds', async () => {
    expect(await findGo()).toMatchObject({
      version: expect.stringMatching(/^go1\.\d+/) as string,
      hostOs: process.platform,
      hostArch: process.arch === 'x64' ? 'amd64' : process.arch,
    });
  });

  it('goes on to the next candidate', async () => {
    const { command } = await findGo();
    expect((await findGo(['/nowhere/go', command])).command).toBe(command);
  });

  it('says what to install when there is none', async () => {
    await expect(findGo(['/nowhere/go'])).rejects.toMatchObject({
      code: 'go-missing',
      fix: expect.stringContaining('https://go.dev/dl/') as string,
    });
  });
});
