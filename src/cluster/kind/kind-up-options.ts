import type { ToolProgress } from '../../tools/tool-progress.ts';
import type { KindProxyMode } from './kind-config.ts';
import type { KindRecord } from './kind-record.ts';

/** What `bringUpKind` is to make, and whom it tells. */
export interface KindUpOptions {
  readonly name: string;
  readonly nodeCount: number;
  readonly proxyMode: KindProxyMode;
  /** `null`: the local one where there is one, else kind's own default. */
  readonly nodeImage: string | null;
  readonly lifetime: KindRecord['lifetime'];
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
  /** Told, in a line, what is not as one may have thought. */
  readonly onNotice: (line: string) => void;
  readonly onProgress: (progress: KindUpProgress) => void;
}

export interface KindUpProgress {
  readonly reached: 'engine' | 'pulling' | 'checked' | 'created' | 'usable';
  /** Since the start of `bringUpKind`. */
  readonly afterMs: number;
  readonly detail?: string;
}
