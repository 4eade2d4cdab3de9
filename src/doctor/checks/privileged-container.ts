import type { Check } from '../check.ts';
import { findEngine, type EngineCommand } from '../find-engine.ts';
import { runCommand } from '../run-command.ts';

/** A tar archive without a member: two blocks of zeros, filled up to a record. */
const EMPTY_ARCHIVE = '\0'.repeat(10_240);

export const privilegedContainerCheck: Check = {
  id: 'privileged-container',
  title: 'privileged containers',
  drivers: ['kind'],
  expected: 'the engine starts one: kind nodes are privileged containers',
  weight: 'required',
  async run(context) {
    const engine = await findEngine(context);
    if (engine === null) return { status: 'skipped', found: 'not tried: no docker or podman' };
    const name = `drainbench-doctor-${process.pid}`;
    const image = `${name}:empty`;
    // Nothing of anybody's gets all privileges of this machine: the image has no file in it.
    const made = await context.run(engine, ['import', '-', image], { input: EMPTY_ARCHIVE });
    if (!made.ok) return { status: 'skipped', found: `not tried: ${made.reason}` };
    const limits = ['--rm', '--privileged', '--network', 'none', '--name', name];
    try {
      const run = await context.run(engine, ['run', ...limits, '--entrypoint', '/none', image]);
      // There is no such program; it is looked for after all privileges were given.
      if (/no such file|not found/i.test(run.stderr)) return { status: 'ok', found: 'one started' };
      const advice =
        'the engine must be allowed every capability (CAP_SYS_RESOURCE too), or be newer than 20.10';
      return { status: 'fail', found: run.reason, fix: { command: null, advice, automatic: false } };
    } finally {
      await remove(engine, name, image, context.env);
    }
  },
};

/** Under deadlines of their own: the check's may have passed. Interrupted half-way, the container is still there. */
async function remove(
  engine: EngineCommand,
  name: string,
  image: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await runCommand(engine, ['rm', '--force', name], env, AbortSignal.timeout(2000)).catch(() => undefined);
  await runCommand(engine, ['rmi', '--force', image], env, AbortSignal.timeout(2000)).catch(() => undefined);
}
