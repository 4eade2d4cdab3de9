import { text as textOf } from 'node:stream/consumers';
import { Command, Option } from 'commander';

import type { CheckResult } from '../../check/check-manifests.ts';
import { EXIT } from '../../model/exit-code.ts';
import { namesOption } from '../names-option.ts';
import { packageVersion } from '../package-version.ts';
import { print } from '../print.ts';

interface Options {
  readonly imageArchive?: readonly string[];
  readonly format: 'text' | 'json' | 'sarif';
}

/** The name of standard input in places. */
const STDIN = 'stdin';

export function checkCommand(): Command {
  return new Command('check')
    .description('say what manifests alone tell about losing requests: no cluster, about a second')
    .argument('<manifest...>', 'YAML files with the objects of one namespace; - reads standard input')
    .addOption(
      namesOption(
        '--image-archive <file>',
        'look into this image too (`docker save`, or an OCI layout as a tar); again, or with commas, for several',
      ),
    )
    .addOption(
      new Option('--format <format>', 'sarif: for code review, with the lines of the manifests')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
A warning follows from the files alone; a question only your app, or a run, can answer.
Exit codes: 0 no warning, 1 at least one, 64 a wrong option or a file that cannot be read.
Templates are rendered first:
  helm template CHART | drainbench check -
  kubectl kustomize FOLDER | drainbench check -`,
    )
    .action(async (files: readonly string[], { imageArchive = [], format }: Options) => {
      const { checkManifests } = await import('../../check/check-manifests.ts');
      const { parseManifest } = await import('../../workload/parse-manifest.ts');
      const { manifestText } = await import('../../workload/read-manifest.ts');
      const { readImageContents } = await import('../../image/image-contents.ts');
      const objects = [];
      for (const file of files) {
        const text = file === '-' ? await textOf(process.stdin) : await manifestText(file);
        objects.push(...parseManifest(text, file === '-' ? STDIN : file));
      }
      const images = [];
      for (const archive of imageArchive) images.push(...(await readImageContents(archive)));
      const result = await checkManifests(objects, images);
      print(await render(result, format));
      const isClean = result.findings.every(({ severity }) => severity === 'question');
      process.exitCode = isClean ? EXIT.pass : EXIT.fail;
    });
}

async function render(result: CheckResult, format: Options['format']): Promise<string> {
  switch (format) {
    case 'json':
      return (await import('../../check/check-json.ts')).checkJson(result);
    case 'sarif':
      return (await import('../../check/check-sarif.ts')).checkSarif(result, packageVersion());
    case 'text':
      return (await import('../../check/check-text.ts')).checkText(result);
  }
}
