import { EXIT } from '../model/exit-code.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { catalog } from './catalog.ts';
import type { ToolName } from './tool-paths.ts';

/**
 * The tools a user named, each once and in the order of the catalog; none named means all. The name of a binary
 * stands for its tool (`kubelet` → `kubernetes`). Throws `unknown-tool` on anything else.
 */
export function parseToolNames(given: readonly string[]): readonly ToolName[] {
  const known = Object.keys(catalog) as ToolName[];
  if (given.length === 0) return known;
  const wanted = new Set(
    given.map((name) => known.find((tool) => isToolOrItsBinary(tool, name)) ?? refuse(name)),
  );
  return known.filter((tool) => wanted.has(tool));
}

function isToolOrItsBinary(tool: ToolName, name: string): boolean {
  return tool === name || Object.hasOwn(catalog[tool].binaries, name);
}

function refuse(name: string): never {
  throw new DrainbenchError({
    code: 'unknown-tool',
    message: `There is no tool named "${name}".`,
    expected: `one of ${Object.keys(catalog).join(', ')}, or one of their binaries`,
    found: name,
    fix: 'drainbench tools build',
    exitCode: EXIT.usage,
  });
}
