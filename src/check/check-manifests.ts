import type { ImageContents } from '../image/image-contents.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LocatedObject } from '../workload/parse-manifest.ts';
import type { CheckRule } from './check-rule.ts';
import { checkedFiles, type CheckedFiles } from './checked-files.ts';
import { RULES } from './rules.ts';

/** What a rule found at one place. */
export interface CheckFinding {
  readonly rule: CheckRule;
  /** `warning`: follows from the files alone. `question`: only the app's owner, or a measurement, can tell. */
  readonly severity: 'warning' | 'question';
  readonly message: string;
  /** `Deployment web`. */
  readonly object: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What was looked at, and what was found there. */
export interface CheckResult {
  /** Titles of the workloads that were looked at, in the order of the files. */
  readonly workloads: readonly string[];
  /** What rules would have looked at and could not, a phrase each: images without an archive, archives without a use. */
  readonly notLookedAt: readonly string[];
  /** In the order of files and lines. */
  readonly findings: readonly CheckFinding[];
}

/**
 * Holds manifests against all rules.
 *
 * @param images the contents of the archives that were given.
 * @throws DrainbenchError (exit code 64) `manifest-without-workload`, `manifest-invalid`.
 */
export async function checkManifests(
  objects: readonly LocatedObject[],
  images: readonly ImageContents[],
): Promise<CheckResult> {
  const files = checkedFiles(objects, images);
  if (files.workloads.length === 0) throw nothingToCheck(objects);
  const order = [...new Set(objects.map(({ file }) => file))];
  const findings: CheckFinding[] = [];
  for (const rule of RULES) findings.push(...(await findingsOf(rule, files)));
  findings.sort((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line);
  return {
    workloads: files.workloads.map(({ title }) => title),
    notLookedAt: notLookedAt(files, images),
    findings,
  };
}

async function findingsOf(rule: CheckRule, files: CheckedFiles): Promise<readonly CheckFinding[]> {
  const hits = await rule.check(files);
  return hits.map(({ object: { object, file, locate }, path, message, certain }) => ({
    rule,
    severity: certain ? 'warning' : 'question',
    message,
    object: `${object.kind ?? ''} ${object.metadata?.name ?? ''}`,
    file,
    ...locate(path),
  }));
}

function notLookedAt({ workloads }: CheckedFiles, images: readonly ImageContents[]): readonly string[] {
  const containers = workloads.flatMap((workload) => workload.containers);
  const unseen = containers.flatMap(({ spec, image }) =>
    image === null && spec.image !== undefined ? [spec.image] : [],
  );
  const unused = images.filter((each) => containers.every(({ image }) => image !== each));
  const closed = images.filter(({ files }) => files === null);
  return [
    ...[...new Set(unseen)].map((name) => `image ${name}: no archive of it was given (--image-archive FILE)`),
    ...unused.map((each) => `${titleOf(each)}: no container here has that image`),
    ...closed.map(
      (each) => `the programs of ${titleOf(each)}: a layer is neither a tar nor one in gzip or zstd`,
    ),
  ];
}

function titleOf({ path, references }: ImageContents): string {
  return `${references.length === 0 ? 'an image without a name' : references.join(', ')} in ${path}`;
}

function nothingToCheck(objects: readonly LocatedObject[]): DrainbenchError {
  const found = objects.map(({ object }) => `${object.kind ?? ''} ${object.metadata?.name ?? ''}`).join(', ');
  return new DrainbenchError({
    code: 'manifest-without-workload',
    message: 'there is no workload to check',
    expected: 'a Deployment, StatefulSet, DaemonSet, ReplicaSet or Pod',
    found: found === '' ? 'no objects' : found,
    fix: 'name the file with the workload too: drainbench check deployment.yaml service.yaml',
    exitCode: EXIT.usage,
  });
}
