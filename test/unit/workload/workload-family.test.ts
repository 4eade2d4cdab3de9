import { expect, test } from 'vitest';
import { claimPrefixes, isClaimOf } from '../../../src/workload/workload-family.ts';

const SET = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
};
const [prefix = ''] = claimPrefixes([SET]);

test.each(['data-db-0', 'data-db-10'])('%s is a claim that the StatefulSet db made', (name) => {
  expect(isClaimOf(prefix, name)).toBe(true);
});

test.each(['data-db-backup-0', 'data-db-', 'data-db-01', 'data-db-0-old', 'data-db', 'my-data-db-0'])(
  '%s is none',
  (name) => {
    expect(isClaimOf(prefix, name)).toBe(false);
  },
);
