/**
 * Makes the command line that runs a command in a node's network namespace (`ClusterSources.onNode`). What it starts
 * must inherit standard input: its end is how a monitor learns that the harness is gone.
 */
export type OnNode = (node: string, command: readonly string[]) => [string, ...string[]];
