import { execa } from 'execa';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { SystemNeed, ToolSpec } from './tool-spec.ts';

/**
 * Checks what the host must offer to build these tools, all of it before the first minute is spent on
 * compiling. Throws `build-needs-missing` with one command that installs everything.
 */
export async function requireSystemNeeds(tools: Readonly<Record<string, ToolSpec>>): Promise<void> {
  const needs = new Map<string, { need: SystemNeed; tools: string[] }>();
  for (const [tool, spec] of Object.entries(tools)) {
    for (const need of spec.needs) {
      const known = needs.get(nameOf(need));
      if (known === undefined) needs.set(nameOf(need), { need, tools: [tool] });
      else known.tools.push(tool);
    }
  }
  const checked = await Promise.all(
    [...needs.values()].map(async (entry) => ((await isThere(entry.need)) ? [] : [entry])),
  );
  const missing = checked.flat();
  if (missing.length === 0) return;
  const packages = new Set(missing.flatMap(({ need }) => need.aptPackage.split(' ')));
  throw new DrainbenchError({
    code: 'build-needs-missing',
    message: 'The tools cannot be built: something they are built with is not installed.',
    expected: missing.map(({ need, tools: by }) => `${nameOf(need)} (for ${by.join(', ')})`).join('; '),
    found: 'not there',
    fix: `apt-get install -y ${[...packages].join(' ')}`,
  });
}

function nameOf(need: SystemNeed): string {
  return need.kind === 'command' ? `the command ${need.command}` : `the library ${need.pkgConfigName}`;
}

async function isThere(need: SystemNeed): Promise<boolean> {
  const [command, args] =
    need.kind === 'command'
      ? [need.command, ['--version']]
      : ['pkg-config', ['--exists', need.pkgConfigName]];
  const { exitCode } = await execa(command, args, { reject: false, stdio: 'ignore' });
  return exitCode === 0;
}
