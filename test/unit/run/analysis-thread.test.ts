import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { analyzeTrialDirectory } from '../../../src/analyze/analyze-trial-directory.ts';
import { readManifest } from '../../../src/history/manifest-file.ts';
import { errorDetails } from '../../../src/model/drainbench-error.ts';
import { AnalysisThread } from '../../../src/run/analysis-thread.ts';

const RUN = resolve(import.meta.dirname, '../../fixtures/runs/synthetic-small');

let thread: AnalysisThread;
beforeEach(() => {
  thread = new AnalysisThread();
});
afterEach(() => thread.end());

describe('the analysis in a thread of its own', () => {
  it('finds what it finds here, of several trials at a time', async () => {
    const { loads, target } = (await readManifest(RUN)).scenario.spec;
    const directories = ['trials/003-none', 'trials/004-sleep-2'];
    const there = await Promise.all(
      directories.map((directory) => thread.analyze(RUN, directory, loads, target)),
    );
    const here = await Promise.all(
      directories.map((directory) => analyzeTrialDirectory(RUN, directory, loads, target)),
    );
    expect(there).toEqual(here);
  });

  it('says why it cannot, to whoever waits and whoever asks later', async () => {
    const { loads } = (await readManifest(RUN)).scenario.spec;
    const asked = () => thread.analyze(RUN, 'trials/999-none', loads);
    await expect(asked()).rejects.toThrow(/trial\.json/);
    await expect(asked()).rejects.toThrow(/trial\.json/);
  });

  it('goes on after a trial that it cannot read, and throws for that one what is thrown here', async () => {
    const { loads, target } = (await readManifest(RUN)).scenario.spec;
    const missing = 'trials/999-none';
    const told = (error: unknown) => errorDetails(error, 'foreign', '');
    const here = await analyzeTrialDirectory(RUN, missing, loads).catch(told);
    const [there, sound] = await Promise.allSettled([
      thread.analyze(RUN, missing, loads),
      thread.analyze(RUN, 'trials/003-none', loads, target),
    ]);
    expect(there.status === 'rejected' && told(there.reason)).toEqual(here);
    expect(here).toMatchObject({ code: 'run-directory-unusable', exitCode: 64 });
    expect(sound.status).toBe('fulfilled');
  });
});
