/** What a build tells about itself, about once a second. */
export interface ToolProgress {
  readonly tool: string;
  readonly version: string;
  /** `corrupt`: a cache entry was not what its manifest says and is built again; `detail` says what was found. */
  readonly phase: 'cached' | 'corrupt' | 'waiting' | 'downloading' | 'building' | 'done';
  /** Since this tool's turn came, in ms. */
  readonly elapsedMs: number;
  /** Rough estimate of the whole build of this tool, in ms, from what is to compile once that is known; 0 at its end. */
  readonly expectedMs: number;
  /** Position of the tool among those asked for, from 1. */
  readonly index: number;
  readonly total: number;
  /** How far it is, in words: "compiled 812 of 1640 packages". */
  readonly detail?: string;
}
