import { z } from 'zod';

const inImage = z
  .string()
  .regex(/^\/[^\0]*[^/\0]$/, 'an absolute path inside the image, like `/etc/nginx/nginx.conf`')
  .refine((path) => !path.split('/').includes('..'), { message: 'a path inside the image has no `..`' });

const inFolder = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    message: 'expected a file or folder below the folder of image.yaml',
  });

export const imageRecipeSchema = z.strictObject({
  image: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+:[\w][\w.-]*$/, 'a full name with tag, like `local/web:1`')
    .describe('Full name of the image with its tag. Scenarios name it in `app.image`.'),
  debian: z
    .strictObject({
      packages: z
        .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+(=[\w.+:~-]+)?$/, 'the name of a Debian package'))
        .min(1)
        .describe('Downloaded and unpacked, never installed. Dependencies are not followed.'),
      take: z
        .array(inImage)
        .min(1)
        .optional()
        .describe('Files and folders of the packages. Default: all but documentation.'),
    })
    .optional()
    .describe('Packages of the Debian release of this machine.'),
  go: z
    .strictObject({ output: inImage.describe('Where the program goes.') })
    .optional()
    .describe('The main package in the folder, with a go.mod of its own.'),
  python: z
    .strictObject({
      version: z
        .string()
        .regex(/^3\.\d+$/, 'a version of Python, like `"3.11"`')
        .optional()
        .describe('Of the interpreter, which `debian` brings. None for wheels that hold a program.'),
      requirements: inFolder.default('requirements.txt'),
      into: inImage.describe('Where the packages go, programs into `bin` there; name it in PYTHONPATH.'),
    })
    .optional()
    .describe('Packages from PyPI: wheels only, nothing of them is run.'),
  files: z
    .record(inFolder, inImage)
    .default({})
    .describe('Files and folders below the folder of image.yaml, and where they go.'),
  entrypoint: z.array(z.string()).min(1),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  user: z
    .string()
    .regex(/^\d+(:\d+)?$/, 'a number, or two: `65532:65532`')
    .default('65532:65532')
    .describe('User and group that it runs as.'),
  stopSignal: z
    .string()
    .regex(/^SIG[A-Z0-9+-]+$/, 'the name of a signal, like `SIGQUIT`')
    .optional()
    .describe('What the runtime sends to stop it. Default: none is named, which means SIGTERM.'),
});

/** What is in an image.yaml, every default filled in. */
export type ImageRecipe = z.infer<typeof imageRecipeSchema>;

/** The last part of the image's name, without its tag. */
export function recipeName({ image }: Pick<ImageRecipe, 'image'>): string {
  return image.slice(image.lastIndexOf('/') + 1, image.lastIndexOf(':'));
}
