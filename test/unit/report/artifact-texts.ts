import type { RunResult } from '../../../src/analyze/run-result.ts';
import { renderAll } from '../../../src/report/render-all.ts';

/** Every file of a report as one text. */
export function artifactTexts(
  result: RunResult,
): readonly { readonly path: string; readonly content: string }[] {
  return renderAll(result).map(({ path, chunks }) => ({ path, content: [...chunks].join('') }));
}
