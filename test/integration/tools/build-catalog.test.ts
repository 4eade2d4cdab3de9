import { mkdtemp, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { buildCatalog, type BuildOptions } from '../../../src/tools/build-tools.ts';
import type { ToolProgress } from '../../../src/tools/tool-progress.ts';
import { processesNaming } from './processes-naming.ts';
import { tinyCatalog, writeTinyTools } from './tiny-tools.ts';

let root = '';
let toolsDir = '';
let cacheDir = '';
let events: ToolProgress[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drainbench-tools-'));
  toolsDir = join(root, 'tools');
  cacheDir = join(root, 'cache');
  events = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const build = async (options: Partial<BuildOptions> = {}): Promise<string> => {
  const paths = await buildCatalog(tinyCatalog, toolsDir, {
    cacheDir,
    onProgress: (event) => events.push(event),
    ...options,
  });
  return paths['hello'] ?? '';
};
const phases = (): readonly string[] =>
  events.map(({ phase }) => phase).filter((p, i, all) => p !== all[i - 1]);
const failure = async (promise: Promise<unknown>): Promise<DrainbenchError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DrainbenchError) return error;
  throw new Error(`not a DrainbenchError: ${String(error)}`);
};
const workDirs = async (): Promise<readonly string[]> =>
  (await readdir(cacheDir)).filter((name) => name.includes('.tmp-'));
/** Polls, for at most 30 s, until the condition holds. */
const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 1_500; i++) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error(`never happened: ${what}`);
};
const compiling = async (): Promise<boolean> =>
  (await processesNaming(cacheDir)).some(({ command }) =>
    /\/compile .*main\.go|\/compile .*-p main/.test(command),
  );
const startBuilder = () =>
  execa(process.execPath, [join(import.meta.dirname, 'builder-process.ts'), toolsDir, cacheDir], {
    lines: true,
    reject: false,
  });

describe('a build', () => {
  it('stamps the pinned version into a binary that runs', async () => {
    await writeTinyTools(toolsDir);
    const hello = await build();
    expect((await execa(hello)).stderr).toBe('hello v1.2.3');
    expect(phases()).toEqual(['building', 'done']);
    expect(events.at(0)).toMatchObject({ tool: 'tiny', version: 'v1.2.3', index: 1, total: 1 });
  });

  it('is not repeated while nothing has changed, and is when go.sum has', async () => {
    await writeTinyTools(toolsDir);
    const first = await build();
    events = [];
    expect(await build()).toBe(first);
    expect(phases()).toEqual(['cached']);
    await writeFile(join(toolsDir, 'tiny', 'go.sum'), '\n');
    events = [];
    expect(dirname(await build())).not.toBe(dirname(first));
    expect(phases()).toEqual(['building', 'done']);
  });

  it('leaves only binaries beside each other, so that the folder can serve as a bin_dir', async () => {
    await writeTinyTools(toolsDir);
    const hello = await build();
    expect(await readdir(dirname(hello))).toEqual(['hello']);
    expect(await readdir(dirname(dirname(hello)))).toEqual(['bin', 'manifest.json']);
  });

  it('is not led astray by GOFLAGS or a workspace of the user', async () => {
    await writeTinyTools(toolsDir);
    vi.stubEnv('GOFLAGS', '-mod=vendor -nosuchflag');
    vi.stubEnv('GOWORK', join(root, 'no-such-go.work'));
    expect((await execa(await build())).stderr).toBe('hello v1.2.3');
  });
});

describe('a failing build', () => {
  it('shows what the compiler said and a command that reproduces it', async () => {
    await writeTinyTools(toolsDir);
    await writeFile(
      join(toolsDir, 'tiny', 'hello', 'main.go'),
      'package main\n\nfunc main() { nonsense() }\n',
    );
    const error = await failure(build());
    expect(error.code).toBe('tool-build-failed');
    expect(error.detail).toContain('undefined: nonsense');
    expect(await workDirs()).toEqual([]);
    const pasted = await execa('sh', ['-c', error.command ?? ''], { reject: false });
    expect(pasted.exitCode).not.toBe(0);
    expect(pasted.stderr).toContain('undefined: nonsense');
  });

  it('says that modules cannot be downloaded when no mirror answers', async () => {
    await writeTinyTools(toolsDir);
    const goMod = join(toolsDir, 'tiny', 'go.mod');
    await writeFile(goMod, (await readFile(goMod, 'utf8')).replace(/replace.*/, ''));
    const hash = `h1:${'A'.repeat(43)}=`;
    await writeFile(
      join(toolsDir, 'tiny', 'go.sum'),
      `example.test/hello v1.2.3 ${hash}\nexample.test/hello v1.2.3/go.mod ${hash}\n`,
    );
    vi.stubEnv('GOPROXY', 'off');
    expect((await failure(build())).code).toBe('modules-unreachable');
  });

  it('names the missing pinned source', async () => {
    await writeTinyTools(toolsDir);
    await rm(join(toolsDir, 'tiny', 'go.sum'));
    const error = await failure(build());
    expect(error.code).toBe('tool-source-unreadable');
    expect(error.message).toContain('go.sum');
  });

  it('says so when the cache folder cannot be written to', async () => {
    await writeTinyTools(toolsDir);
    await writeFile(cacheDir, 'a file where the folder should be');
    expect((await failure(build())).code).toBe('cache-not-writable');
  });

  it.skipIf(process.getuid?.() !== 0)('says so when the disk is full, and leaves nothing on it', async () => {
    await writeTinyTools(toolsDir);
    await execa('mkdir', [cacheDir]);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', cacheDir]);
    try {
      const error = await failure(build());
      expect(error.code).toBe('disk-full');
      expect(error.message).toContain(cacheDir);
      expect(await workDirs()).toEqual([]);
    } finally {
      await execa('umount', [cacheDir]);
    }
  });
});

describe('a corrupt cache entry', () => {
  const damages: readonly [string, (hello: string) => Promise<void>, RegExp][] = [
    ['a truncated binary', (hello) => truncate(hello, 100), /has 100 bytes instead of/],
    ['a missing binary', (hello) => rm(hello), /hello is missing/],
    ['a changed binary', (hello) => flipByte(hello), /does not match its SHA-256/],
    ['a lost manifest', (hello) => rm(join(hello, '../../manifest.json')), /manifest.json is missing/],
    ['a garbled manifest', (hello) => writeFile(join(hello, '../../manifest.json'), '{'), /cannot be read/],
  ];
  it.each(damages)('is reported and built again: %s', async (_, damage, reason) => {
    await writeTinyTools(toolsDir);
    const hello = await build();
    await damage(hello);
    events = [];
    expect(await build()).toBe(hello);
    expect(phases()).toEqual(['corrupt', 'building', 'done']);
    expect(events[0]?.detail).toMatch(reason);
    expect((await execa(hello)).stderr).toBe('hello v1.2.3');
  });

  it('that kept size and time is found by a build that verifies', async () => {
    await writeTinyTools(toolsDir);
    const hello = await build();
    const { atime, mtime } = await stat(hello);
    await flipByte(hello);
    await utimes(hello, atime, mtime);
    events = [];
    await build({ verify: true });
    expect(phases()).toEqual(['corrupt', 'building', 'done']);
  });

  it('is not what a restored cache with new times is: that is hashed once and remembered', async () => {
    await writeTinyTools(toolsDir);
    const hello = await build();
    await utimes(hello, 1_000_000_000, 1_000_000_000);
    events = [];
    await build();
    expect(phases()).toEqual(['cached']);
    const manifest = await readFile(join(hello, '../../manifest.json'), 'utf8');
    expect(manifest).toContain('"mtimeMs": 1000000000000');
  });
});

describe('two builds at once', () => {
  it('build once: the second waits, says for whom, and takes what the first has built', async () => {
    await writeTinyTools(toolsDir, { slow: true });
    const first = startBuilder();
    await until('the first compiles', compiling);
    const second = startBuilder();
    const [one, two] = await Promise.all([first, second]);
    expect(one.stdout.at(-1)).toBe(two.stdout.at(-1));
    expect(one.stdout.at(-2)).toContain('"phase":"done"');
    expect(two.stdout[0]).toContain(`"detail":"process ${String(first.pid)} is building it"`);
    expect(two.stdout.at(-2)).toContain('"phase":"cached"');
    expect(await workDirs()).toEqual([]);
  });

  it('within one process share the work too', async () => {
    await writeTinyTools(toolsDir);
    const [one, two] = await Promise.all([build(), build()]);
    expect(one).toBe(two);
    expect(events.filter(({ phase }) => phase === 'done')).toHaveLength(1);
  });
});

describe('a build that is stopped', () => {
  it('by kill -9 leaves no entry; the next build ends its compiler, sweeps and builds', async () => {
    await writeTinyTools(toolsDir, { slow: true });
    const builder = startBuilder();
    await until('it compiles', compiling);
    builder.kill('SIGKILL');
    await builder;
    expect(await workDirs()).toHaveLength(1);
    const orphans = (await processesNaming(cacheDir)).map(({ pid }) => pid);
    expect(orphans).not.toEqual([]);

    const hello = await build();
    expect(phases()).toEqual(['building', 'done']);
    expect((await execa(hello)).stderr).toBe('hello v1.2.3');
    expect(await workDirs()).toEqual([]);
    const survivors = (await processesNaming(cacheDir)).filter(({ pid }) => orphans.includes(pid));
    expect(survivors).toEqual([]);
  });

  it('by kill -9 is swept by the build of another version too', async () => {
    await writeTinyTools(toolsDir, { slow: true });
    const builder = startBuilder();
    await until('it compiles', compiling);
    builder.kill('SIGKILL');
    await builder;
    await writeTinyTools(toolsDir);
    await build();
    expect(await workDirs()).toEqual([]);
  });

  it('by its signal leaves no process and no file, and rejects with the reason', async () => {
    await writeTinyTools(toolsDir, { slow: true });
    const stop = new AbortController();
    const building = build({ signal: stop.signal }).then(
      () => 'built',
      (error: unknown) => error,
    );
    await until('it compiles', compiling);
    stop.abort(new Error('enough'));
    expect(await building).toEqual(new Error('enough'));
    expect(await processesNaming(cacheDir)).toEqual([]);
    expect((await readdir(cacheDir)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('by Ctrl-C leaves no process and no file', async () => {
    await writeTinyTools(toolsDir, { slow: true });
    const builder = startBuilder();
    await until('it compiles', compiling);
    builder.kill('SIGINT');
    expect((await builder).exitCode).toBe(130);
    expect(await processesNaming(cacheDir)).toEqual([]);
    expect((await readdir(cacheDir)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('while it waits for another leaves that one alone', async () => {
    await writeTinyTools(toolsDir, { slow: true });
    const first = startBuilder();
    await until('the first compiles', compiling);
    const stop = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ phase }: ToolProgress): void => {
      if (phase === 'waiting') stop.abort(reason);
    };
    await expect(build({ signal: stop.signal, onProgress })).rejects.toBe(reason);
    expect((await first).stdout.at(-2)).toContain('"phase":"done"');
  });
});

async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 1_000);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, 1_000);
  } finally {
    await file.close();
  }
}
