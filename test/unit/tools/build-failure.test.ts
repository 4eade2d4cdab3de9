import { describe, expect, it } from 'vitest';
import { buildFailure } from '../../../src/tools/build-failure.ts';

const failed = {
  tool: 'etcd',
  command: 'cd x && go build',
  ending: 'exit 1',
  writesTo: ['/cache', '/go-cache'],
};

describe('buildFailure', () => {
  it.each([
    ['disk-full', 'write /tmp/go-build1/b001/pkg.a: no space left on device'],
    ['tool-checksum-mismatch', 'verifying example.test/a@v1.0.0: checksum mismatch'],
    ['modules-unreachable', 'example.test/a@v1.0.0: dial tcp 198.18.0.1:443: connect: connection refused'],
    ['go-too-old', 'go: module example.test/a requires go >= 1.27 (running go 1.26.8; GOTOOLCHAIN=local)'],
    ['libc-missing', '/usr/bin/ld: cannot find -lc: No such file or directory'],
    ['build-killed', 'k8s.io/api/core/v1: compile: signal: killed'],
    ['tool-build-failed', './main.go:3:15: undefined: nonsense'],
  ])('recognises %s', (code, output) => {
    expect(buildFailure({ ...failed, output })).toMatchObject({
      code,
      command: failed.command,
      found: 'exit 1',
    });
  });

  it('names the folders of which one is on the full disk', () => {
    expect(buildFailure({ ...failed, output: 'no space left on device' }).message).toContain(
      '/cache, /go-cache',
    );
  });

  it('keeps the last lines that say something, not the packages that compiled', () => {
    const packages = Array.from({ length: 50 }, (_, i) => `example.test/p${i}`);
    const output = ['go: downloading a v1', ...packages, '# example.test/a', './a.go:1: broken'].join('\n');
    expect(buildFailure({ ...failed, output }).detail).toBe('# example.test/a\n./a.go:1: broken');
  });
});
