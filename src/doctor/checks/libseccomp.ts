import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Check, Finding } from '../check.ts';
import { installFix } from '../install-fix.ts';
import { withTemporaryFolder } from '../with-temporary-folder.ts';

const SOURCE = `#include <seccomp.h>
#include <stdio.h>
int main(void) {
  const struct scmp_version *version = seccomp_version();
  printf("%u.%u.%u", version->major, version->minor, version->micro);
  return 0;
}
`;

export const libseccompCheck: Check = {
  id: 'libseccomp',
  title: 'libseccomp',
  drivers: ['embedded'],
  expected: 'pkg-config finds it, and a program with it builds and runs: runc is built so',
  weight: 'required',
  async run(context) {
    const notBuilding = async (reason: string): Promise<Finding> =>
      (await context.toolsBuilt)
        ? ({ status: 'info', found: `${reason}; the tools are built already` } as const)
        : ({
            status: 'fail',
            found: reason,
            fix: installFix(context.host, ['libseccomp-dev', 'pkg-config', 'gcc', 'libc6-dev']),
          } as const);
    const flags = await context.run('pkg-config', ['--cflags', '--libs', 'libseccomp']);
    if (!flags.ok) return notBuilding(flags.reason);
    return withTemporaryFolder(context.env['TMPDIR'] ?? tmpdir(), async (folder) => {
      const program = join(folder, 'program');
      const words = flags.stdout.trim().split(/\s+/);
      const built = await context.run('gcc', ['-x', 'c', '-o', program, '-', '-x', 'none', ...words], {
        input: SOURCE,
      });
      if (!built.ok) return notBuilding(built.reason);
      const ran = await context.run(program, []);
      return ran.ok ? { status: 'ok', found: `version ${ran.stdout}` } : notBuilding(ran.reason);
    });
  },
};
