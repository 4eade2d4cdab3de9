import { describe, expect, it } from 'vitest';
import { readGoPin } from '../../../src/tools/read-go-pin.ts';

const goMod = `module example.test/tools

go 1.26.8 // the toolchain of the module below

tool example.test/a/cmd/a

require (
	example.test/a v1.2.3 // indirect
	example.test/a/v2 v2.0.0 // indirect
)

require example.test/single v0.4.0

replace example.test/b => example.test/b v9.9.9
`;

describe('readGoPin', () => {
  it('reads a version from a block and from a single line', () => {
    expect(readGoPin(goMod, 'example.test/a')).toEqual({ version: 'v1.2.3', goVersion: '1.26.8' });
    expect(readGoPin(goMod, 'example.test/a/v2').version).toBe('v2.0.0');
    expect(readGoPin(goMod, 'example.test/single').version).toBe('v0.4.0');
  });

  it('refuses a go.mod that does not require the module, or names no Go', () => {
    expect(() => readGoPin(goMod, 'example.test/b')).toThrow('does not require example.test/b');
    expect(() => readGoPin('module x\n', 'x')).toThrow('no "go" line');
  });
});
