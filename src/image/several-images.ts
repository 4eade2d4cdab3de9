import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/** The error for an archive of more than one image: it is not clear which of them is meant. */
export function severalImages(path: string, names: readonly string[]): DrainbenchError {
  return new DrainbenchError({
    code: 'image-archive-several-images',
    exitCode: EXIT.usage,
    message: `The archive holds several images: ${path}`,
    expected: 'one image',
    found: `${names.length}: ${names.join(', ')}`,
    fix: 'save each into a file of its own: docker save -o app.tar IMAGE',
  });
}
