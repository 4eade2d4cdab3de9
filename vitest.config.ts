import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Shared by all projects: a flake is a bug here, so nothing is retried. */
const base = { retry: 0, globals: false, environment: 'node' as const };

export default defineConfig({
  test: {
    // Much of it waits: a worker less than there are cores would leave one idle.
    maxWorkers: availableParallelism(),
    projects: [
      {
        // Long, where the cores are others' for a while: no test is about how fast it is.
        test: {
          ...base,
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...base,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/integration/load/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Load engines measure: one file at a time, and nothing beside them.
        test: {
          ...base,
          name: 'load',
          include: ['test/integration/load/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        // Parts of the tool on real clusters. Nothing here measures, so two files' boxes can share the cores.
        test: {
          ...base,
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          ...base,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One at a time: what measures needs the cores for itself.
          fileParallelism: false,
        },
      },
      {
        test: {
          ...base,
          name: 'nightly',
          include: ['test/nightly/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...base,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
