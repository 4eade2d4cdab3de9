import { createServer } from 'node:http2';

/** grpc.health.v1.HealthCheckResponse with its length in front: field 1, an enum. */
const message = (status) => Buffer.from([0, 0, 0, 0, 2, 0x08, status]);
const SERVING = message(1);
const NOT_SERVING = message(2);
const UNIMPLEMENTED = '12';

/**
 * The health service that a gRPC probe asks (https://github.com/grpc/grpc/blob/master/doc/health-checking.md), for the
 * whole server: serving as long as the app is ready. HTTP/2 without TLS, as the kubelet speaks it.
 */
export function serveGrpcHealth({ port, host, life }) {
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const known = headers[':path'] === '/grpc.health.v1.Health/Check';
    stream.on('error', () => undefined); // the kubelet may hang up at any time
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': known ? '0' : UNIMPLEMENTED }));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.end(known ? (life.isReady() ? SERVING : NOT_SERVING) : '');
    stream.resume();
  });
  server.listen(port, host);
  return server;
}
