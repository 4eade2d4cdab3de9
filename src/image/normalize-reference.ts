/**
 * The full name of an image, as container runtimes complete what a user wrote: `app` is
 * `docker.io/library/app:latest` (the rules of github.com/distribution/reference).
 */
export function normalizeReference(reference: string): string {
  const [name = '', digest] = reference.split('@');
  const slash = name.indexOf('/');
  const host = name.slice(0, Math.max(slash, 0));
  const hasHost = host.includes('.') || host.includes(':') || host === 'localhost';
  const repository = slash === -1 ? `docker.io/library/${name}` : hasHost ? name : `docker.io/${name}`;
  const path = repository
    .replace(/^index\.docker\.io\//, 'docker.io/')
    .replace(/^docker\.io\/(?!.*\/)/, 'docker.io/library/');
  const hasTag = path.lastIndexOf(':') > path.lastIndexOf('/');
  if (digest !== undefined) return `${path}@${digest}`;
  return hasTag ? path : `${path}:latest`;
}
