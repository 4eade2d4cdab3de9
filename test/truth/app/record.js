import { createServer } from 'node:net';
import { hostname } from 'node:os';

/**
 * The record: one JSON line for each thing that the server did or that came to it, kept in memory and sent to whoever
 * connects to its port, from the beginning, after a line that says whose record it is. A plain socket is written to at once, so that what was written outlives
 * the process, however it ends.
 */
export function createRecord(port) {
  const lines = [];
  const followers = new Set();

  function write(what, fields = {}) {
    const line = `${JSON.stringify({ monoNs: String(process.hrtime.bigint()), what, ...fields })}\n`;
    lines.push(line);
    for (const follower of followers) follower.write(line);
  }

  createServer({ noDelay: true }, (follower) => {
    follower.write(
      `${JSON.stringify({ monoNs: '0', what: 'record-of', host: hostname() })}\n${lines.join('')}`,
    );
    followers.add(follower);
    for (const event of ['close', 'error']) follower.on(event, () => followers.delete(follower));
  }).listen(port, '0.0.0.0');

  return { write };
}
