import { expect, test } from 'vitest';

import { requiredAccess } from '../../../src/run/access/required-access.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

const asked = (churn: boolean) => {
  const { spec, ...rest } = scenario();
  const app = { image: 'a', port: 80, replicas: 1, readinessProbe: 'none' as const };
  const access = requiredAccess({
    scenario: { ...rest, spec: { ...spec, app, controls: { churn } } },
    manifest: [],
    namespace: 'team',
  });
  return access.map(({ group, resource, verb }) => `${verb} ${group}/${resource}`);
};

test('a churn control asks for what its own Deployment needs, and for nothing that the app does not need, too', () => {
  const wanted = ['create', 'get', 'delete'].map((verb) => `${verb} apps/deployments`);
  expect(asked(true)).toEqual(expect.arrayContaining([...wanted, 'list apps/replicasets', 'list /pods']));
  expect(asked(true).toSorted()).toEqual(asked(false).toSorted());
});
