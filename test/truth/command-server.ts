import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

/** Of every scripted server, beside the port that takes the load. */
export const CONTROL_PORT = 8081;
const ANSWERS_WITHIN_MS = 10_000;

/** Gives a scripted server a command (see app/control.js); returns when it says that it has done so. */
export async function commandServer(
  ip: string,
  command: string,
  port = CONTROL_PORT,
  withinMs = ANSWERS_WITHIN_MS,
): Promise<void> {
  const sent = request({
    host: ip,
    port,
    path: `/do/${command}`,
    method: 'POST',
    agent: false,
    signal: AbortSignal.timeout(withinMs),
  });
  sent.on('error', () => undefined);
  sent.end();
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    if (response.statusCode !== 200)
      throw new Error(`command ${command}: ${response.statusCode ?? 'no status'}`);
  } catch (error) {
    // A server that is told to exit does not answer any more.
    if (command === 'exit' && error instanceof Error && 'code' in error) return;
    throw error;
  }
}
