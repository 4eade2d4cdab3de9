import { homedir } from 'node:os';
import { Command } from 'commander';

import { cacheRoot } from '../../model/cache-root.ts';
import { terminalText } from '../../model/terminal-text.ts';
import { interruption } from '../interruption.ts';
import { print } from '../print.ts';
import { progressLine } from '../progress-line.ts';

interface Options {
  readonly output?: string;
  readonly refresh?: true;
}

export function imageCommand(): Command {
  const image = new Command('image').description('images of servers, assembled without Docker');
  image
    .command('build')
    .description('assemble the image that the image.yaml of a folder describes')
    .argument('<folder>', 'e.g. scenarios/apps/nginx')
    .option('-o, --output <file>', 'the archive; default: image.tar in the folder')
    .option('--refresh', 'fetch its packages again although they are cached')
    .action(async (folder: string, options: Options) => {
      const { buildImage } = await import('../../recipe/build-image.ts');
      const line = progressLine();
      const begun = performance.now();
      const built = await buildImage(folder, {
        ...options,
        cacheDir: cacheRoot(process.env, homedir()),
        signal: interruption.signal,
        onStep: (doing) => line.update(`${folder}: ${doing}`),
      });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      line.finish(`${folder}: ${terminalText(built.reference)} in ${seconds} s`);
      print(`${built.path} (${Math.round(built.sizeBytes / 1e6)} MB)\n`);
    });
  return image;
}
