/** What the host must offer before a tool can be built. */
export type SystemNeed =
  | { readonly kind: 'command'; readonly command: string; readonly aptPackage: string }
  | { readonly kind: 'library'; readonly pkgConfigName: string; readonly aptPackage: string };

interface ToolBase {
  readonly needs: readonly SystemNeed[];
  /** Rough time to compile with an empty Go build cache, in ms, on two cores. */
  readonly compileMs: number;
  /** Rough time to link with everything compiled, in ms, on two cores. */
  readonly linkMs: number;
}

/** A tool built from a pinned Go module; its version is read from that module's go.mod. */
export interface GoTool extends ToolBase {
  readonly kind: 'go';
  /** Folder under tools/ that holds go.mod and go.sum. */
  readonly moduleDir: string;
  /** Module path whose required version is this tool's version; of a tool of our own: its module. */
  readonly module: string;
  /** A tool of our own, whose source is in `moduleDir` itself: its version, and the files of its source. */
  readonly own?: { readonly version: string; readonly files: readonly string[] };
  /** Binary name → package path. With more than one binary each name is its package's last element. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly cgo: boolean;
  readonly tags: readonly string[];
  /** String variables set by the linker, from the version (`v1.2.3`), so that `--version` tells the truth. */
  readonly stamp: (version: string) => Readonly<Record<string, string>>;
}

/** A tool of one C file. */
export interface CTool extends ToolBase {
  readonly kind: 'c';
  readonly version: string;
  /** The one binary → its source, a path under tools/. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

export type ToolSpec = GoTool | CTool;

/** Tool name → how it is built. */
export type ToolCatalog = Readonly<Record<string, ToolSpec>>;
