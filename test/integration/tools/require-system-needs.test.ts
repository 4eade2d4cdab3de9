import { describe, expect, it } from 'vitest';
import { requireSystemNeeds } from '../../../src/tools/require-system-needs.ts';
import type { CTool, SystemNeed } from '../../../src/tools/tool-spec.ts';

const tool = (...needs: readonly SystemNeed[]): CTool => ({
  kind: 'c',
  version: 'v1',
  binaries: {},
  flags: [],
  needs,
  compileMs: 0,
  linkMs: 0,
});
const sh: SystemNeed = { kind: 'command', command: 'gcc', aptPackage: 'gcc' };
const noCommand: SystemNeed = { kind: 'command', command: 'no-such-command', aptPackage: 'one two' };
const noLibrary: SystemNeed = { kind: 'library', pkgConfigName: 'no-such-library', aptPackage: 'three' };

describe('requireSystemNeeds', () => {
  it('is content when everything is there', async () => {
    await expect(requireSystemNeeds({ a: tool(sh), b: tool() })).resolves.toBeUndefined();
  });

  it('names everything that is missing at once, for whom, and one command that installs it', async () => {
    await expect(
      requireSystemNeeds({ a: tool(noCommand, sh), b: tool(noCommand, noLibrary) }),
    ).rejects.toMatchObject({
      code: 'build-needs-missing',
      expected: 'the command no-such-command (for a, b); the library no-such-library (for b)',
      fix: 'apt-get install -y one two three',
    });
  });
});
