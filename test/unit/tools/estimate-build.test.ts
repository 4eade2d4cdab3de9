import { describe, expect, it } from 'vitest';
import type { BuildStep } from '../../../src/tools/build-with-go.ts';
import { estimateBuild } from '../../../src/tools/estimate-build.ts';

const spec = { compileMs: 100_000, linkMs: 20_000 };
const step = (compiled: number, toCompile: number): BuildStep => ({
  phase: 'building',
  compiled,
  toCompile,
  packages: 1_000,
  linked: 0,
  binaries: 6,
});

describe('estimateBuild', () => {
  it('takes the time of the catalog for what is to compile', () => {
    expect(estimateBuild(spec)(step(0, 1_000), 0)).toBe(120_000);
    expect(estimateBuild(spec)(step(0, 100), 0)).toBe(30_000);
  });

  it('goes by the pace of this machine once a tenth is compiled', () => {
    expect(estimateBuild(spec)(step(500, 1_000), 150_000)).toBe(320_000);
  });

  it('counts the linking from the moment everything was compiled', () => {
    const estimate = estimateBuild(spec);
    expect(estimate(step(1_000, 1_000), 90_000)).toBe(110_000);
    expect(estimate(step(1_000, 1_000), 100_000)).toBe(110_000);
  });

  it('expects nothing but linking when the build cache has it all', () => {
    expect(estimateBuild(spec)(step(0, 0), 1_000)).toBe(21_000);
  });

  it('puts downloads on top', () => {
    expect(estimateBuild(spec)({ phase: 'downloading', modules: 3 }, 5_000)).toBe(125_000);
  });
});
