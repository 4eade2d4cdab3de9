import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { smallSyntheticRun } from './small-synthetic-run.ts';
import { writeSyntheticRun } from './write-synthetic-run.ts';

/** Run by hand, see test/fixtures/runs/README.md. */
const path = join(import.meta.dirname, '../../fixtures/runs/synthetic-small');
await rm(path, { recursive: true, force: true });
await writeSyntheticRun(path, smallSyntheticRun());
