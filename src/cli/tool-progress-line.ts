import type { ToolProgress } from '../tools/tool-progress.ts';
import { progressLine } from './progress-line.ts';

/** Shows a build of tools: one line a tool, rewritten while it is built. Cached tools are not worth a line. */
export function toolProgressLine(options: {
  readonly showCached: boolean;
}): (progress: ToolProgress) => void {
  const line = progressLine();
  return (progress) => {
    const name = `[${progress.index}/${progress.total}] ${progress.tool} ${progress.version}`;
    const elapsed = seconds(progress.elapsedMs);
    const detail = progress.detail === undefined ? '' : `, ${progress.detail}`;
    if (progress.phase === 'cached') {
      if (options.showCached) line.finish(`${name}: cached`);
    } else if (progress.phase === 'done') line.finish(`${name}: built in ${elapsed}`);
    else if (progress.phase === 'corrupt')
      line.finish(`${name}: cache entry is corrupt, building again${detail}`);
    else line.update(`${name}: ${progress.phase} ${elapsed}${rest(progress)}${detail}`);
  };
}

function rest(progress: ToolProgress): string {
  const restMs = progress.expectedMs - progress.elapsedMs;
  return progress.expectedMs > 0 && restMs > 0 ? ` (about ${seconds(restMs)} to go)` : '';
}

function seconds(ms: number): string {
  const total = Math.round(ms / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
