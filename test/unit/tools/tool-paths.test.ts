import { describe, expectTypeOf, it } from 'vitest';
import type { ToolPaths } from '../../../src/tools/tool-paths.ts';

describe('ToolPaths', () => {
  it('has the binaries of the tools that were asked for, and no others', () => {
    expectTypeOf<keyof ToolPaths<'cni'>>().toEqualTypeOf<'ptp' | 'host-local' | 'loopback' | 'portmap'>();
    expectTypeOf<keyof ToolPaths<'etcd' | 'runc'>>().toEqualTypeOf<'etcd' | 'runc'>();
    expectTypeOf<ToolPaths>().toHaveProperty('kube-apiserver');
  });
});
