import type { catalog } from './catalog.ts';

type Catalog = typeof catalog;

/** A tool is what is built and cached as one; it has one or more binaries. */
export type ToolName = keyof Catalog;

/** The binaries of a tool, or of several: `BinaryOf<'cni'>` is `'ptp' | 'host-local' | …`. */
type BinaryOf<Name extends ToolName> = { [N in Name]: keyof Catalog[N]['binaries'] }[Name];

/**
 * Binary name → absolute path. The binaries of one tool lie in one directory that holds nothing else, so that
 * `dirname(paths.ptp)` can be a CNI bin_dir and containerd finds its shim beside itself.
 */
export type ToolPaths<Name extends ToolName = ToolName> = Readonly<Record<BinaryOf<Name>, string>>;
