import type { LocatedObject } from '../workload/parse-manifest.ts';
import type { CheckedFiles } from './checked-files.ts';

/** One thing that can be known of a manifest without a cluster. */
export interface CheckRule {
  /** Stable, in kebab-case; it is in every output. */
  readonly id: string;
  /** What is wrong where it fires, in one phrase. */
  readonly title: string;
  /** What it looks at: `image` asks for the archives of the containers' images. */
  readonly needs: 'manifest' | 'image';
  /** Why it matters for requests, in one or two sentences. */
  readonly reason: string;
  /** The page of the Kubernetes documentation that it rests on. */
  readonly docs: string;
  /** What a run would show where the finding is right. */
  readonly measurement: string;
  readonly check: (files: CheckedFiles) => readonly Hit[] | Promise<readonly Hit[]>;
}

/** One place where a rule fires. */
export interface Hit {
  readonly object: LocatedObject;
  /** Path of the field in the object; where it is missing, the nearest key stands for it. */
  readonly path: readonly PropertyKey[];
  /** One sentence with the figures; of a question, the question last. */
  readonly message: string;
  /** Whether what the message says follows from the files alone. What does not is asked, not said. */
  readonly certain: boolean;
}
