import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { baseLayer } from '../image/base-layer.ts';
import type { LayerEntry } from '../image/layer-entry.ts';
import { sharedLibraries } from '../image/shared-libraries.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { ImageRecipe } from './image-recipe.ts';
import { FETCHED } from './recipe-steps.ts';

/** Of packages, what nobody runs. */
const DOCUMENTATION = /^\/usr\/share\/(doc|man|info|lintian|locale|bug)(\/|$)/;

/**
 * The file systems of a recipe's image, lowest first: the shell and a few commands of this host, what the recipe's steps
 * fetched, and the files of its folder, which win.
 *
 * @param fetched the folder that the steps worked in
 * @throws DrainbenchError `path-not-in-packages`, `library-missing`
 */
export async function recipeLayers(
  recipe: ImageRecipe,
  folder: string,
  fetched: string,
): Promise<readonly (readonly LayerEntry[])[]> {
  const base = await baseLayer(new Map());
  const middle = new Map<string, LayerEntry>();
  const add = (entries: readonly LayerEntry[]): void => {
    for (const entry of entries) middle.set(entry.path, entry);
  };
  const { debian, go, python } = recipe;
  if (debian !== undefined) {
    const root = join(fetched, FETCHED.debian);
    const taken = await takenOf(debian, root);
    add([...taken, ...(await librariesOf(taken, root))]);
  }
  if (go !== undefined) {
    add([{ kind: 'file', path: go.output, source: join(fetched, FETCHED.go, 'program') }]);
  }
  if (python !== undefined) {
    for (const entry of await entriesBelow(join(fetched, FETCHED.python), python.into)) {
      // Scripts that pip makes begin with the path of this host's Python.
      const isScript = entry.kind === 'file' && entry.path.startsWith(`${python.into}/bin/`);
      if (!isScript || (await isProgram(entry.source))) add([entry]);
    }
  }
  const inBase = new Set(base.map(({ path }) => path));
  const own: LayerEntry[] = [];
  for (const [name, path] of Object.entries(recipe.files)) {
    own.push(...(await entriesBelow(join(folder, name), path)));
  }
  const upper = [...middle.values()].filter(({ path }) => !inBase.has(path));
  return [base, upper, own].filter((layer) => layer.length > 0);
}

async function takenOf(
  { packages, take = ['/'] }: NonNullable<ImageRecipe['debian']>,
  root: string,
): Promise<readonly LayerEntry[]> {
  const taken: LayerEntry[] = [];
  for (const path of take) {
    const found = await entriesBelow(join(root, path), path).catch((cause: unknown) => {
      throw new DrainbenchError({
        code: 'path-not-in-packages',
        message: `${path} is not in the packages that image.yaml names`,
        expected: `${path} in one of: ${packages.join(', ')}`,
        found: 'it is in none of them, in the versions of this machine’s Debian release',
        fix: `dpkg-deb -c FILE.deb lists what is in a package; apt-get download ${packages.join(' ')} fetches them`,
        exitCode: EXIT.usage,
        cause,
      });
    });
    taken.push(...found.filter((entry) => !DOCUMENTATION.test(entry.path)));
  }
  return taken;
}

/** A file, or a folder and all that is in it, as entries at `path`. */
async function entriesBelow(source: string, path: string): Promise<readonly LayerEntry[]> {
  const found = await lstat(source);
  if (found.isSymbolicLink()) return [{ kind: 'link', path, target: await readlink(source) }];
  if (!found.isDirectory()) return [{ kind: 'file', path, source }];
  const names = await readdir(source);
  const inner = await Promise.all(
    names.map((name) => entriesBelow(join(source, name), posix.join(path, name))),
  );
  return [...(path === '/' ? [] : [{ kind: 'folder' as const, path }]), ...inner.flat()];
}

/** What the programs and modules among the entries load: of the packages where they have it, else of this host. */
async function librariesOf(entries: readonly LayerEntry[], root: string): Promise<readonly LayerEntry[]> {
  const folders = await libraryFolders(root);
  const sources = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind !== 'file' || !(await isProgram(entry.source))) continue;
    for (const library of await librariesOfProgram(entry.source, entry.path, folders)) {
      const path = library.startsWith(`${root}/`) ? library.slice(root.length) : library;
      sources.set(path, await realpath(library));
    }
  }
  const taken = new Set(entries.map(({ path }) => path));
  return [...sources]
    .filter(([path]) => !taken.has(path))
    .map(([path, source]) => ({ kind: 'file' as const, path, source }));
}

async function librariesOfProgram(
  source: string,
  path: string,
  folders: readonly string[],
): Promise<readonly string[]> {
  try {
    return await sharedLibraries(source, folders);
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    throw new DrainbenchError({
      code: error.code,
      message: `${path} needs libraries that neither this machine nor the packages of image.yaml have`,
      expected: 'every library in place',
      ...(error.found !== undefined && { found: error.found }),
      fix: 'name the packages that have them in `debian.packages` of image.yaml: `apt-cache depends PACKAGE` shows what a package needs',
      cause: error,
    });
  }
}

/** Folders of the packages that hold shared libraries. */
async function libraryFolders(root: string): Promise<readonly string[]> {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const libraries = files.filter(
    ({ name, parentPath }) => /\.so(\.|$)/.test(name) && /\/lib(64)?\/[^/]*-linux-gnu$/.test(parentPath),
  );
  return [...new Set(libraries.map(({ parentPath, name }) => dirname(join(parentPath, name))))];
}

/** By its first four bytes: an ELF file. */
async function isProgram(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1') === '\x7fELF';
  } finally {
    await file.close();
  }
}
