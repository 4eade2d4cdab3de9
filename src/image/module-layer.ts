import { readFile, readdir, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import type { LayerEntry } from './layer-entry.ts';

export interface ModuleInput {
  /** Folder of our own package: it becomes `root` in the image. */
  readonly packageDir: string;
  /** The programs to run: ES modules inside `packageDir`. */
  readonly entries: readonly string[];
  /** Where the package is put in the image. */
  readonly root: string;
}

/**
 * The files that some of our own programs load, each at its own place, and the packages that those need: what runs in
 * the image is byte for byte what runs here. Modules are found by their static imports, which is all that our code
 * uses; of a package everything is taken but what only people and compilers read.
 */
export async function moduleLayer({ packageDir, entries, root }: ModuleInput): Promise<LayerEntry[]> {
  const modules = new Map<string, LayerEntry>();
  const packages = new PackageFiles(root);
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (modules.has(file)) continue;
    modules.set(file, { kind: 'file', path: posix.join(root, relative(packageDir, file)), source: file });
    for (const specifier of importsOf(await readFile(file, 'utf8'))) {
      if (specifier.startsWith('.')) waiting.push(join(dirname(file), specifier));
      else await packages.add(packageName(specifier), dirname(file), null);
    }
  }
  return [
    // Says that our files are ES modules; our other dependencies are not there, so nothing else of it is.
    { kind: 'text', path: posix.join(root, 'package.json'), text: '{"type":"module"}\n' },
    ...modules.values(),
    ...(await packages.entries()),
  ];
}

/** What a module imports when it runs: types are gone by then. */
function importsOf(source: string): string[] {
  const found: string[] = [];
  const pattern =
    /^(?:import|export)\s(?!type\s)[^'"`;]*?from\s*(['"])([^'"]+)\1|^import\s*(['"])([^'"]+)\3|\brequire\((['"])([^'"]+)\5\)/gm;
  for (const match of source.matchAll(pattern)) {
    const specifier = match[2] ?? match[4] ?? match[6] ?? '';
    if (!specifier.startsWith('node:') && !builtinModules.includes(specifier)) found.push(specifier);
  }
  return found;
}

function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

interface CopiedPackage {
  readonly source: string;
  readonly path: string;
}

/** Packages and what they depend on, laid out so that each finds its own as it does here. */
class PackageFiles {
  readonly #byPath = new Map<string, CopiedPackage>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param user the package that needs it; `null`: our own code */
  async add(name: string, fromDir: string, user: CopiedPackage | null): Promise<void> {
    const source = await findPackage(name, fromDir);
    if (source === null) throw new Error(`package ${name}, which ${fromDir} needs, is not installed`);
    const nested = user !== null && source.startsWith(`${user.source}/`);
    const shared = posix.join(this.#root, 'node_modules', name);
    const own = user === null ? shared : posix.join(user.path, 'node_modules', name);
    // Two versions of one package: the second one lies inside of whoever needs it.
    const taken = this.#byPath.get(shared);
    const path = nested || (taken !== undefined && taken.source !== source) ? own : shared;
    if (this.#byPath.has(path)) return;
    const copied = { source, path };
    this.#byPath.set(path, copied);
    const { dependencies = {} } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const dependency of Object.keys(dependencies)) await this.add(dependency, source, copied);
  }

  async entries(): Promise<LayerEntry[]> {
    const found: LayerEntry[] = [];
    for (const { source, path } of this.#byPath.values()) {
      for (const file of await packageFiles(source)) {
        found.push({ kind: 'file', path: posix.join(path, file), source: join(source, file) });
      }
    }
    return found;
  }
}

async function findPackage(name: string, fromDir: string): Promise<string | null> {
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', name);
    const there = await stat(join(candidate, 'package.json')).catch(() => null);
    if (there !== null) return candidate;
    if (dirname(dir) === dir) return null;
  }
}

/** Packages inside are taken only where something needs them. */
async function packageFiles(source: string): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(source, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!/^(?:node_modules|test|tests|__tests__|docs|benchmark|example|examples|\.\w+)$/.test(entry.name))
          await walk(path);
      } else if (entry.isFile() && !/\.(?:md|markdown|map|d\.[cm]?ts|ts|png|gif|svg)$/.test(entry.name))
        files.push(path);
    }
  };
  await walk('');
  return files;
}
