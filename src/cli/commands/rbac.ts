import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { rbacObjects } from '../../run/access/rbac-objects.ts';
import { LABEL, OBJECT_NAME } from '../../model/kube-names.ts';
import type { Scenario } from '../../model/scenario.ts';
import { shellWord } from '../../model/shell-word.ts';
import { commentLine } from '../../model/terminal-text.ts';
import { loadScenario } from '../../scenario/load-scenario.ts';
import { readManifest } from '../../workload/read-manifest.ts';
import { namespaceName } from '../namespace-name.ts';
import { print } from '../print.ts';

interface Options {
  readonly namespace?: string;
  readonly serviceAccount: string;
  readonly nodeAgent?: Scenario['spec']['cluster']['nodeAgent'];
}

export function rbacCommand(): Command {
  return new Command('rbac')
    .description(
      'print the least rights that a scenario needs on an existing cluster, as YAML for kubectl apply',
    )
    .argument('<scenario>', 'YAML file')
    .addOption(
      new Option('--namespace <name>', 'only rights in this existing namespace, which stays').argParser(
        namespaceName,
      ),
    )
    .addOption(
      new Option('--service-account <name>', 'name, or namespace/name, of the ServiceAccount')
        .argParser(accountName)
        .default('drainbench'),
    )
    .addOption(
      new Option(
        '--node-agent <when>',
        'as it will be said to `run`; `always` needs more rights, and privileged Pods',
      ).choices(['auto', 'always', 'never']),
    )
    .action(async (file: string, options: Options) => {
      print(await rbacYaml(file, options));
    });
}

async function rbacYaml(file: string, options: Options): Promise<string> {
  const written = await loadScenario(file);
  const nodeAgent = options.nodeAgent ?? written.spec.cluster.nodeAgent;
  const scenario = {
    ...written,
    spec: { ...written.spec, cluster: { ...written.spec.cluster, nodeAgent } },
  };
  const { app, cluster } = scenario.spec;
  const namespace = oneNamespace(cluster.namespace, options.namespace);
  const manifest = 'manifest' in app ? await readManifest(app.manifest) : [];
  // Loaded late: it knows the disruptions, and these the API client, which no other command should pay for.
  const { requiredAccess } = await import('../../run/access/required-access.ts');
  const rights = requiredAccess({ scenario, manifest, namespace });
  const account = serviceAccount(options.serviceAccount, namespace ?? 'default');
  const name = `drainbench-${scenario.metadata.name}`;
  const objects = rbacObjects({ rights, name, serviceAccount: account, namespace });
  const within = namespace === null ? '' : ` --namespace ${namespace}`;
  const header = [
    `What drainbench needs to run ${scenario.metadata.name} ${namespace === null ? 'in a namespace of its own. These rights hold in every namespace, because nobody knows' : `in namespace ${namespace}.`}`,
    ...(namespace === null
      ? ['the name of that one beforehand; --namespace NAME prints those for one namespace only.']
      : []),
    '',
    ...(nodeAgent === 'always'
      ? [
          'WARNING: whoever has these rights is as good as root on every node: agents are privileged Pods, and pods/exec runs',
          'any program in them. Remove the binding when you have measured.',
          '',
        ]
      : []),
    'kubectl apply -f THIS_FILE, then make a context of it (CLUSTER: see kubectl config get-clusters):',
    `  kubectl config set-credentials drainbench --token="$(kubectl create token ${account.name} -n ${account.namespace} --duration 8h)"`,
    '  kubectl config set-context drainbench --cluster=CLUSTER --user=drainbench',
    'and measure, and clean up after a run that was killed:',
    `  drainbench run ${shellWord(file)} --context drainbench${within}${nodeAgent === 'always' ? ' --node-agent always' : ''}`,
    `  drainbench clean --run RUN_ID --context drainbench${within}`,
    '',
    ...rights.map(
      ({ verb, resource, why, optional }) =>
        `${optional === true ? 'optional: ' : ''}${verb} ${resource}: ${why ?? ''}`,
    ),
  ].map(commentLine);
  return `${header.join('\n')}\n${objects.map((object) => stringify(object)).join('---\n')}`;
}

function oneNamespace(written: string | undefined, typed: string | undefined): string | null {
  if (written !== undefined && typed !== undefined && written !== typed) {
    throw new DrainbenchError({
      code: 'option-conflict',
      message: `--namespace ${typed} contradicts the scenario`,
      found: `spec.cluster.namespace: ${written}`,
      fix: 'drop --namespace, or take spec.cluster.namespace out of the scenario',
      exitCode: EXIT.usage,
    });
  }
  return typed ?? written ?? null;
}

function accountName(value: string): string {
  const [first = '', second, ...rest] = value.split('/');
  const name = second ?? first;
  if (rest.length === 0 && OBJECT_NAME.test(name) && (second === undefined || LABEL.test(first)))
    return value;
  throw new InvalidArgumentError(`${JSON.stringify(value)} is not the name of a ServiceAccount`);
}

function serviceAccount(text: string, defaultNamespace: string): { name: string; namespace: string } {
  const [first = '', second] = text.split('/');
  return second === undefined
    ? { name: first, namespace: defaultNamespace }
    : { name: second, namespace: first };
}
