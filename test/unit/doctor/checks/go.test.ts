import { expect, test } from 'vitest';

import { newestGoDirective } from '../../../../src/doctor/checks/go.ts';

test('the newest go line of all modules counts, whatever their order', () => {
  const modules = ['module a\n\ngo 1.26.3\n', 'module b\ngo 1.27\n', 'module c\ngo 1.9\n'];
  expect(newestGoDirective(modules)).toBe('1.27');
});

test('without modules it is what Kubernetes 1.37 needs', () => {
  expect(newestGoDirective([])).toBe('1.26');
});
