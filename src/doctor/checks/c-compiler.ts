import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Check } from '../check.ts';
import { installFix } from '../install-fix.ts';
import { withTemporaryFolder } from '../with-temporary-folder.ts';

export const cCompilerCheck: Check = {
  id: 'c-compiler',
  title: 'C compiler, static libc',
  drivers: ['embedded'],
  expected: 'gcc links a static program, and it runs',
  weight: 'required',
  async run(context) {
    return withTemporaryFolder(context.env['TMPDIR'] ?? tmpdir(), async (folder) => {
      const program = join(folder, 'program');
      const source = 'int main(void) { return 0; }\n';
      let outcome = await context.run('gcc', ['-static', '-x', 'c', '-o', program, '-'], { input: source });
      const compiled = outcome.ok;
      if (compiled) outcome = await context.run(program, []);
      if (outcome.ok) return { status: 'ok', found: 'linked and run' };

      const where = compiled ? 'linked, but did not run' : 'not linked';
      const found = `${where}: ${outcome.reason}`;
      if (await context.toolsBuilt) return { status: 'info', found: `${found}; the tools are built already` };
      return { status: 'fail', found, fix: installFix(context.host, ['gcc', 'libc6-dev']) };
    });
  },
};
