/** How one component of a box is started; paths are those inside the box. Pure data, made by the files beside. */
export interface ComponentSpec {
  /** Unique in the box, e.g. `kubelet-node1`; also the name of its log file. */
  readonly name: string;
  /** The node whose network and host name it has; `null` for the control plane. */
  readonly node: string | null;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Configuration files it reads, relative to the box's folder. */
  readonly files?: readonly ConfigFile[];
}

export interface ConfigFile {
  readonly path: string;
  readonly content: string;
}

/** Turns `{ 'secure-port': 6443 }` into `--secure-port=6443`. */
export function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
