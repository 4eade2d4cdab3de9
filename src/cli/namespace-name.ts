import { InvalidArgumentError } from 'commander';

import { LABEL } from '../model/kube-names.ts';

/** Takes what Kubernetes allows as the name of a namespace: it ends up in paths of requests, commands and comments. */
export function namespaceName(value: string): string {
  if (LABEL.test(value)) return value;
  throw new InvalidArgumentError(`${JSON.stringify(value)} is not the name of a namespace`);
}
