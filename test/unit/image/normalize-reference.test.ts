import { describe, expect, it } from 'vitest';
import { normalizeReference } from '../../../src/image/normalize-reference.ts';

describe('normalizeReference', () => {
  it.each([
    ['app', 'docker.io/library/app:latest'],
    ['app:1', 'docker.io/library/app:1'],
    ['me/app:1', 'docker.io/me/app:1'],
    ['docker.io/app:1', 'docker.io/library/app:1'],
    ['docker.io/me/app:1', 'docker.io/me/app:1'],
    ['index.docker.io/me/app:1', 'docker.io/me/app:1'],
    ['localhost/app:1', 'localhost/app:1'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
    [`app@sha256:${'a'.repeat(64)}`, `docker.io/library/app@sha256:${'a'.repeat(64)}`],
  ])('completes %s', (given, full) => {
    expect(normalizeReference(given)).toBe(full);
  });

  it('leaves a full name as it is', () => {
    const full = normalizeReference('me/app');
    expect(normalizeReference(full)).toBe(full);
  });
});
