import { execa } from 'execa';
import { expect, it } from 'vitest';

const LAUNCHER = new URL('../../../bin/drainbench', import.meta.url).pathname;
const SCENARIO = new URL('../../../scenarios/prestop-on-delete.yaml', import.meta.url).pathname;
/** Node says it is a Mac, before anything of ours is read. */
const ON_A_MAC = `--import=data:text/javascript,Object.defineProperty(process,'platform',{value:'darwin'})`;
const onAMac = (...args: string[]) =>
  execa(LAUNCHER, args, { reject: false, all: true, env: { NODE_OPTIONS: ON_A_MAC } });

it.each([
  ['run', SCENARIO],
  ['run', SCENARIO, '--driver', 'kind'],
  ['cluster', 'up', '--driver', 'kind'],
  ['cluster', 'list'],
  ['clean'],
  ['kind', 'build-node-image'],
])('on another system than Linux, %s %s says at once that it needs Linux', async (...args) => {
  const result = await onAMac(...args);
  expect(result.exitCode, result.all).toBe(69);
  expect(result.all).toContain('[linux-needed]');
  expect(result.all).toContain('found: darwin');
});

it('what only reads works there: the plan of a scenario', async () => {
  expect((await onAMac('run', SCENARIO, '--dry-run')).exitCode).toBe(0);
});
