import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** The error for an archive of more than one image where one is meant. */
export function severalImages(path: string, names: readonly string[]): DrainbenchError {
  return new DrainbenchError({
    code: 'image-archive-several-images',
    exitCode: EXIT.usage,
    message: `The archive holds several images: ${path}`,
    expected: 'one image a file, where a registry gets them',
    found: `${names.length}: ${names.join(', ')}`,
    fix: 'save each into a file of its own (docker save -o app.tar IMAGE), and list them: imageArchives: [app.tar, proxy.tar]',
  });
}
