import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher } from 'undici';

type MakeDispatcher = (...of: Parameters<KubeConfig['createDispatcherOptions']>) => Dispatcher | undefined;

/**
 * Lets the requests of a KubeConfig share connections. Left to itself the client library (2.0.1) makes a new dispatcher,
 * and with it a new TLS connection, for every single request: some milliseconds of CPU on both sides, several times a
 * second, taken from what is measured. Credentials that change get connections of their own.
 *
 * HTTP/1.1: a watch and the list that it is held against never share one connection, so that neither can hold up the
 * other unnoticed.
 */
export function keepConnections(kubeConfig: KubeConfig): void {
  // Private in the library's types, and the one place where a dispatcher is made.
  const library = kubeConfig as unknown as { createDispatcher: MakeDispatcher };
  const make = library.createDispatcher.bind(kubeConfig);
  const kept = new Map<string, Dispatcher | undefined>();
  library.createDispatcher = (...of) => {
    const options = kubeConfig.createDispatcherOptions(...of);
    const key = JSON.stringify(options);
    if (!kept.has(key)) {
      // The library hands the same options to the same class; only the types of the two differ.
      const connect = options.type === 'agent' ? (options.connect as buildConnector.BuildOptions) : null;
      kept.set(key, connect === null ? make(...of) : new Agent({ connect, allowH2: false }));
    }
    return kept.get(key);
  };
}
