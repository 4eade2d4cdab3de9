/** What a tool's go.mod says that a build depends on. */
export interface GoPin {
  /** Version of the tool's module, e.g. `v1.37.1`. */
  readonly version: string;
  /** The oldest Go that may build it, e.g. `1.26.0`. */
  readonly goVersion: string;
}

/** The same for a module of our own, whose version the catalog says. */
export function ownPin(goMod: string, version: string): GoPin {
  const goVersion = /^go (\S+)$/m.exec(goMod)?.[1];
  if (goVersion === undefined) throw new Error('go.mod has no "go" line');
  return { version, goVersion };
}

/** Reads the pinned version of `module` and the `go` line out of the text of a go.mod. Throws on a go.mod without them. */
export function readGoPin(goMod: string, module: string): GoPin {
  const lines = goMod.split('\n').map((line) =>
    line
      .replace(/\/\/.*/, '')
      .trim()
      .split(/\s+/),
  );
  const goVersion = lines.find(([word]) => word === 'go')?.[1];
  const version = lines
    .map((words) => (words[0] === 'require' ? words.slice(1) : words))
    .find((words) => words[0] === module && words[1]?.startsWith('v'))?.[1];
  if (goVersion === undefined) throw new Error('go.mod has no "go" line');
  if (version === undefined) throw new Error(`go.mod does not require ${module}`);
  return { version, goVersion };
}
