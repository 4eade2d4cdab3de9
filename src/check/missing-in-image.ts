import { candidatesFor, DEFAULT_PATH, findMissing, type MissingPrograms } from '../model/find-programs.ts';
import type { CheckedContainer } from './checked-files.ts';

interface MissingInImage extends MissingPrograms {
  /** Whether nothing but the image decides: no volume covers a place that is looked at, and PATH is known. */
  readonly certain: boolean;
}

/** Which programs a container's image does not have where they are looked for; `null` where nobody saw its image. */
export async function missingInImage(
  { spec, image }: CheckedContainer,
  programs: readonly string[],
): Promise<MissingInImage | null> {
  const files = image?.files ?? null;
  if (image === null || files === null || programs.length === 0) return null;
  const named = spec.env?.find(({ name }) => name === 'PATH');
  const fromImage = image.env.find((each) => each.startsWith('PATH='))?.slice('PATH='.length);
  const path = named?.value ?? fromImage ?? DEFAULT_PATH;
  const found = await findMissing(programs, path, (file) => Promise.resolve(files.get(file) ?? null));
  const byName = found.missing.some((program) => !program.includes('/'));
  const isPathKnown =
    named === undefined ? (spec.envFrom ?? []).length === 0 : named.value?.includes('$(') === false;
  const places = found.missing.flatMap((program) => candidatesFor(program, path));
  const isCovered = (spec.volumeMounts ?? []).some(({ mountPath }) =>
    places.some((place) => place.startsWith(`${mountPath.replace(/\/$/, '')}/`) || place === mountPath),
  );
  return { ...found, certain: !isCovered && (isPathKnown || !byName) };
}
