import type { Check } from '../check.ts';
import { findEngine, type EngineCommand } from '../find-engine.ts';
import { runCommand } from '../run-command.ts';

export const privilegedContainerCheck: Check = {
  id: 'privileged-container',
  title: 'privileged containers',
  drivers: ['kind'],
  expected: 'the engine starts one: kind nodes are privileged containers',
  weight: 'required',
  async run(context) {
    const engine = await findEngine(context);
    if (engine === null) return { status: 'skipped', found: 'not tried: no docker or podman' };
    const images = await context.run(engine, ['image', 'ls', '--quiet']);
    if (!images.ok) return { status: 'skipped', found: `not tried: the engine of ${engine} does not answer` };
    const image = images.stdout.split('\n')[0];
    if (image === undefined || image === '') {
      return { status: 'skipped', found: 'not tried: no image here to start it from' };
    }
    const name = `drainbench-doctor-${process.pid}`;
    const limits = ['--rm', '--privileged', '--network', 'none', '--name', name];
    try {
      const run = await context.run(engine, ['run', ...limits, '--entrypoint', '/bin/true', image]);
      // The image may hold no such program; it is looked for after all privileges were given.
      if (run.ok || /no such file|not found/i.test(run.stderr)) return { status: 'ok', found: 'one started' };
      const advice =
        'the engine must be allowed every capability (CAP_SYS_RESOURCE too), or be newer than 20.10';
      return { status: 'fail', found: run.reason, fix: { command: null, advice, automatic: false } };
    } finally {
      // Interrupted half-way, the client is gone but its container is not.
      if (context.signal.aborted) await removeContainer(engine, name, context.env);
    }
  },
};

/** Under a deadline of its own: the check's has passed. */
async function removeContainer(engine: EngineCommand, name: string, env: NodeJS.ProcessEnv): Promise<void> {
  await runCommand(engine, ['rm', '--force', name], env, AbortSignal.timeout(2000));
}
