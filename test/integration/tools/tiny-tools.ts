import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GoTool } from '../../../src/tools/tool-spec.ts';

/** A tool of one tiny Go module that needs nothing from the network: its module is replaced by a folder. */
export const tinyCatalog = {
  tiny: {
    kind: 'go',
    moduleDir: 'tiny',
    module: 'example.test/hello',
    binaries: { hello: 'example.test/hello' },
    cgo: false,
    tags: [],
    stamp: (version: string) => ({ 'main.version': version }),
    needs: [],
    compileMs: 1_000,
    linkMs: 500,
  },
} as const satisfies Record<string, GoTool>;

/** Writes the module under `toolsDir`. With `slow` it takes the compiler some seconds, each time anew. */
export async function writeTinyTools(toolsDir: string, { slow = false } = {}): Promise<void> {
  const module = join(toolsDir, 'tiny');
  await mkdir(join(module, 'hello'), { recursive: true });
  await writeFile(
    join(module, 'go.mod'),
    [
      'module example.test/tiny',
      'go 1.24',
      // Part of the cache key, so that each test has entries of its own.
      `// ${randomUUID()}`,
      'tool example.test/hello',
      'require example.test/hello v1.2.3',
      'replace example.test/hello => ./hello',
      '',
    ].join('\n'),
  );
  await writeFile(join(module, 'go.sum'), '');
  await writeFile(join(module, 'hello', 'go.mod'), 'module example.test/hello\n\ngo 1.24\n');
  await writeFile(join(module, 'hello', 'main.go'), slow ? slowProgram() : quickProgram);
}

const quickProgram = `package main

var version = "unknown"

func main() { println("hello " + version) }
`;

/** Some thousand functions; the salt keeps Go's own build cache from having them already. */
function slowProgram(): string {
  const count = 4_000;
  const functions = Array.from(
    { length: count },
    (_, i) =>
      `func f${i}(a int) int { switch a % 5 { case 0: return a*${i}; case 1: return a/${i + 1}; ` +
      `case 2: for j := 0; j < a; j++ { a -= j % ${i + 2} } }; return a + ${i} }`,
  );
  const calls = Array.from({ length: count }, (_, i) => `s += f${i}(s)`);
  return [
    'package main',
    'var version = "unknown"',
    `const salt = "${randomUUID()}"`,
    '// Never called: it is the compiler that is to work.',
    `func all() { s := len(salt); ${calls.join('; ')}; println(s) }`,
    'func main() { println("hello " + version); if version == "" { all() } }',
    ...functions,
    '',
  ].join('\n');
}
