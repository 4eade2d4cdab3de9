import type { BuildStep } from './build-with-go.ts';
import type { ToolSpec } from './tool-spec.ts';

/** Part of the packages that must be compiled before the pace of this machine is trusted over the catalog. */
const trustedShare = 0.1;

/**
 * Estimates how long a build will have taken in all, in ms: first from the catalog and the share of packages
 * that Go's build cache lacks, then from the pace seen so far. Rough: large packages come late.
 */
export function estimateBuild(
  spec: Pick<ToolSpec, 'compileMs' | 'linkMs'>,
): (step: BuildStep, elapsedMs: number) => number {
  let compiledAtMs: number | undefined;
  return (step, elapsedMs) => {
    if (step.phase === 'downloading') return elapsedMs + spec.compileMs + spec.linkMs;
    const { compiled, toCompile, packages } = step;
    if (compiled >= toCompile) {
      compiledAtMs ??= elapsedMs;
      return Math.round(compiledAtMs + spec.linkMs);
    }
    const expectedCompileMs =
      compiled >= toCompile * trustedShare
        ? (elapsedMs * toCompile) / compiled
        : elapsedMs + (spec.compileMs * (toCompile - compiled)) / packages;
    return Math.round(expectedCompileMs + spec.linkMs);
  };
}
