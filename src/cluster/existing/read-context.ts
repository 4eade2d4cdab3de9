import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';

export interface ContextChoice {
  /** Name of the context. There is no default: the current context is never used implicitly. */
  readonly context: string;
  /** The file to look in; default: those of KUBECONFIG, else ~/.kube/config, as kubectl does. */
  readonly kubeconfig?: string | undefined;
}

/**
 * Reads one context of the user's kubeconfig into a configuration that holds nothing else, with the contents of the
 * certificate files that it names: what happens to those files later does not change where a run writes to.
 *
 * @throws DrainbenchError (exit code 64) `kubeconfig-unusable`, `context-unknown`.
 */
export function readContext({ context, kubeconfig }: ContextChoice): KubeConfig {
  const files = kubeconfig === undefined ? defaultFiles() : [kubeconfig];
  const all = readAll(files);
  const wanted = all.getContexts().find(({ name }) => name === context);
  if (wanted === undefined) {
    throw new DrainbenchError({
      code: 'context-unknown',
      message: `there is no context ${JSON.stringify(context)} in ${files.join(', ')}`,
      found: all.getContexts().map(({ name }) => name).join(', ') || 'no contexts', // prettier-ignore
      fix: 'kubectl config get-contexts',
      exitCode: EXIT.usage,
    });
  }
  const cluster = all.getClusters().find(({ name }) => name === wanted.cluster);
  const user = all.getUsers().find(({ name }) => name === wanted.user);
  if (cluster === undefined) throw unusable(files, `context ${context} names a cluster that is not there: ${wanted.cluster}`); // prettier-ignore
  if (user === undefined) throw unusable(files, `context ${context} names a user that is not there: ${wanted.user}`); // prettier-ignore
  const only = new KubeConfig();
  only.loadFromOptions({
    contexts: [{ name: context, cluster: cluster.name, user: user.name }],
    clusters: [withContents(cluster, files)],
    users: [withUserContents(user, files)],
    currentContext: context,
  });
  return only;
}

function defaultFiles(): string[] {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

/** Of what several files name alike the first counts, as for kubectl. */
function readAll(files: readonly string[]): KubeConfig {
  const all = new KubeConfig();
  for (const file of files) {
    const one = new KubeConfig();
    try {
      one.loadFromFile(file);
    } catch (error) {
      throw unusable([file], error instanceof Error ? error.message : String(error), error);
    }
    all.loadFromOptions({
      contexts: firstOfName(all.getContexts(), one.getContexts()),
      clusters: firstOfName(all.getClusters(), one.getClusters()),
      users: firstOfName(all.getUsers(), one.getUsers()),
    });
  }
  return all;
}

function firstOfName<T extends { readonly name: string }>(known: readonly T[], further: readonly T[]): T[] {
  return [...known, ...further.filter(({ name }) => !known.some((other) => other.name === name))];
}

function withContents(cluster: Cluster, files: readonly string[]): Cluster {
  const { caFile, ...rest } = cluster;
  return caFile === undefined || rest.caData !== undefined
    ? rest
    : { ...rest, caData: contents(caFile, files) };
}

function withUserContents(user: User, files: readonly string[]): User {
  const { certFile, keyFile, ...rest } = user;
  return {
    ...rest,
    ...(certFile !== undefined && rest.certData === undefined && { certData: contents(certFile, files) }),
    ...(keyFile !== undefined && rest.keyData === undefined && { keyData: contents(keyFile, files) }),
  };
}

function contents(path: string, files: readonly string[]): string {
  try {
    return readFileSync(path).toString('base64');
  } catch (error) {
    throw unusable(files, error instanceof Error ? error.message : String(error), error);
  }
}

function unusable(files: readonly string[], why: string, cause?: unknown): DrainbenchError {
  return new DrainbenchError({
    code: 'kubeconfig-unusable',
    message: `${files.join(', ')} cannot be used: ${why}`,
    expected: 'a kubeconfig file',
    fix: 'name the file with --kubeconfig FILE, or in KUBECONFIG',
    exitCode: EXIT.usage,
    ...(cause !== undefined && { cause }),
  });
}
