import type { CheckRule, Hit } from '../check-rule.ts';
import type { CheckedContainer, CheckedWorkload } from '../checked-files.ts';

const SIDECARS = 'https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/';
const POD = 'https://kubernetes.io/docs/reference/kubernetes-api/core/pod-v1/';

/** Of how the containers of one Pod end beside each other, and of the network that they are in. */
export const POD_RULES: readonly CheckRule[] = [
  {
    id: 'hook-on-other-container',
    title: 'the container that serves has no hook, another one has',
    needs: 'manifest',
    reason:
      'Containers of a Pod are told to stop side by side, each after its own hook. A hook on the app does not delay a proxy before it: that one is stopped at once, and with it the way to the app. A native sidecar is stopped after the others.',
    docs: SIDECARS,
    measurement:
      'strategies `as-is` and `sleep-5` on the container that serves: refused connections while the hook of the other still ran (finding preflight-hook-on-other-container)',
    check: ({ workloads }) => workloads.flatMap(hookOnOther),
  },
  {
    id: 'proxy-beside-app',
    title: 'a proxy is an ordinary container',
    needs: 'manifest',
    reason:
      'Ordinary containers have no order at the end of a Pod: the proxy may be gone while the app still answers, or the other way round. A native sidecar (an init container with restartPolicy: Always) is stopped when the others have ended.',
    docs: `${SIDECARS}#sidecar-containers-and-pod-lifecycle`,
    measurement:
      'strategy `as-is` with slow requests: answers 502, or requests killed in flight by the proxy',
    check: ({ workloads }) => workloads.flatMap(proxyBeside),
  },
  {
    id: 'sidecar-outlives-app',
    title: 'the sidecar before the app goes on when the app is told to stop',
    needs: 'manifest',
    reason:
      'A native sidecar that serves the port is stopped last. It goes on taking requests for an app that has got its stop signal, and answers for it with errors once that has closed.',
    docs: `${SIDECARS}#sidecar-containers-and-pod-lifecycle`,
    measurement:
      'strategies `as-is` and `sleep-5` on the app: answers 502 of Pods that are going (cause draining-rejected)',
    check: ({ workloads }) => workloads.flatMap(sidecarOutlives),
  },
  {
    id: 'host-network',
    title: 'Pods are in the network of their node',
    needs: 'manifest',
    reason:
      'On one node only one Pod can have a port of the node: the replacement of a Pod waits for the old one to close, or for another node.',
    docs: POD,
    measurement:
      'none: drainbench refuses hostNetwork, since such a Pod cannot be told from its node; take it out of the template for a measurement',
    check: ({ workloads }) => workloads.flatMap(hostNetwork),
  },
];

function hasHook({ spec }: CheckedContainer): boolean {
  return spec.lifecycle?.preStop !== undefined;
}

/** Only where a Service of the files says which port gets the requests. */
function hookOnOther({ located, services, serving, containers }: CheckedWorkload): Hit[] {
  const hooked = containers.find((container) => hasHook(container) && !container.sidecar);
  if (hooked === undefined || serving.includes(hooked)) return [];
  const certain = services.length > 0;
  return serving
    .filter((container) => !hasHook(container) && !container.sidecar)
    .map((container) => ({
      object: located,
      path: [...container.path, 'name'],
      message: `The preStop hook is on container “${hooked.name}”, but “${container.name}” ${certain ? 'serves the port of the Service' : 'declares a port'} and has none: it is stopped at once${certain ? '.' : ': does it get the requests?'}`,
      certain,
    }));
}

/** Proxies by the names of their programs, as images and containers carry them. */
const PROXIES =
  /(^|[/_-])(envoy|istio-proxy|proxyv2|linkerd-proxy|nginx|haproxy|traefik|caddy|oauth2-proxy|cloud-sql-proxy|proxy|kong|daprd|consul-dataplane)([:@_-]|$)/;

function proxyBeside({ located, containers }: CheckedWorkload): Hit[] {
  const main = containers.filter(({ sidecar }) => !sidecar);
  if (main.length < 2) return [];
  const proxies = main.filter(({ name, spec }) => PROXIES.test(name) || PROXIES.test(spec.image ?? ''));
  if (proxies.length === main.length) return [];
  return proxies.map(({ name, path }) => ({
    object: located,
    path: [...path, 'name'],
    message: `Container “${name}” looks like a proxy and is an ordinary container, which ends side by side with the app: does it go on until the app has answered its last request?`,
    certain: false,
  }));
}

function sidecarOutlives({ located, serving, containers }: CheckedWorkload): Hit[] {
  const main = containers.filter(({ sidecar }) => !sidecar);
  if (main.some(hasHook) || main.some((each) => serving.includes(each))) return [];
  const names = main.map(({ name }) => `“${name}”`).join(' and ');
  return serving.map((container) => ({
    object: located,
    path: [...container.path, 'name'],
    message: `Sidecar “${container.name}” has the port that gets the requests, and is stopped last, but ${names} ${main.length === 1 ? 'has' : 'have'} no preStop hook: is the app still there for it after its stop signal?`,
    certain: false,
  }));
}

function hostNetwork({ located, title, specPath, spec }: CheckedWorkload): Hit[] {
  if (spec.hostNetwork !== true) return [];
  const ports = spec.containers.flatMap(({ ports: own = [] }) =>
    own.map(({ containerPort }) => containerPort),
  );
  const certain = ports.length > 0;
  const what = `${title} has hostNetwork: true`;
  return [
    {
      object: located,
      path: [...specPath, 'hostNetwork'],
      message: certain
        ? `${what} and takes port ${ports.join(' and ')} of its node: there is no room for a replacement on the same node before the old Pod is gone.`
        : `${what} and declares no port: what if two of its Pods are on one node?`,
      certain,
    },
  ];
}
