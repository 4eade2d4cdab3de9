import { execa } from 'execa';
import { expect, it } from 'vitest';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
/** Writes down who asks for a package, in a process of its own. */
const LOOKOUT = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(name, context, next) {
      if (name === '@kubernetes/client-node') console.error('asked for by ' + context.parentURL);
      return next(name, context);
    },
  });
`)}`;

it('a command that asks no API server does not load its client, which takes longer than most commands', async () => {
  const { stderr, exitCode } = await execa(process.execPath, ['--import', LOOKOUT, MAIN, '--version'], {
    reject: false,
  });
  expect(exitCode, stderr).toBe(0);
  expect(stderr).not.toContain('asked for by');
});
