/** What the page's script shows, as it stands in the page. */
export interface PageData {
  /** Of every table of ledger rows. */
  readonly columns: readonly string[];
  /** By the anchor of the trial, each tick of its timeline. */
  readonly trials: Readonly<Record<string, readonly TickRows[]>>;
  /** The answer as Markdown, for an issue or a chat. */
  readonly summary: string;
}

/** One tick: some of its ledger rows, and how many there are in all. */
export interface TickRows {
  readonly total: number;
  readonly rows: readonly (readonly string[])[];
  /** For each row, in its order: why it failed. */
  readonly stories: readonly Story[];
}

/** The cause of one request and what happened around it. */
export interface Story {
  readonly title: string;
  readonly because: string;
  readonly missing: string;
  /** Time since the request's start, and what happened. */
  readonly lines: readonly (readonly [string, string])[];
}
