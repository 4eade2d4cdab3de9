import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const RUN = join(ROOT, 'test/fixtures/runs/synthetic-small');
const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web:1, ports: [{ containerPort: 8080 }] }] }
`;

describe('the package, installed in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-packed-'));
  const installed = join(folder, 'node_modules', 'drainbench');
  let archive = '';
  const drainbench = (...args: string[]) =>
    execa(join(installed, 'bin', 'drainbench'), args, { cwd: folder, reject: false, env: { NO_COLOR: '1' } });

  beforeAll(async () => {
    const { stdout } = await execa('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
    archive = join(folder, stdout.trim().split('\n').at(-1) ?? '');
    mkdirSync(installed, { recursive: true });
    await execa('tar', ['-xzf', archive, '-C', installed, '--strip-components=1']);
    // As npm install lays them out, without asking a registry.
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(join(link, '..'), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), link);
    }
    writeFileSync(join(folder, 'web.yaml'), MANIFEST);
    cpSync(RUN, join(folder, 'run'), { recursive: true });
  }, 120_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is no larger than 5 MB', () => {
    expect(statSync(archive).size).toBeLessThan(5e6);
  });

  it('checks a manifest, and writes a scenario for it whose plan it shows', async () => {
    const checked = await drainbench('check', 'web.yaml');
    expect(checked.stdout).toContain('single-replica');
    const made = await drainbench('init', 'web.yaml');
    expect(made.exitCode, made.stderr).toBe(0);
    const plan = await drainbench('run', 'web.drainbench.yaml', '--dry-run');
    expect(plan.exitCode, plan.stderr).toBe(0);
  });

  it('makes the reports of a run, and holds it against another', async () => {
    const made = await drainbench('report', 'run');
    expect(made.exitCode, made.stderr).toBe(0);
    const html = readFileSync(join(folder, 'run', 'report.html'), 'utf8');
    expect(html).toContain('addEventListener');
    expect(html).toContain('--ground:');
    const compared = await drainbench('compare', 'run', 'run');
    expect(compared.stdout).toContain('too few trials');
  });

  it('says what the machine can do', async () => {
    const { exitCode, stdout } = await drainbench('doctor', '--json');
    expect([0, 69]).toContain(exitCode);
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
  });
});
