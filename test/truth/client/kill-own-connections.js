// Loaded into the load generator's processes by NODE_OPTIONS. While the file TRUTH_SWITCH exists it ends, every 15 ms,
// one connection that has a request under way, by FIN or by RST in turn, and says so in the file TRUTH_RECORD.
import { appendFileSync, existsSync } from 'node:fs';
import { Socket } from 'node:net';

const { TRUTH_SWITCH, TRUTH_RECORD } = process.env;
const busy = new Map();

const write = Socket.prototype.write;
Socket.prototype.write = function (...args) {
  if (this.remotePort !== undefined || this.connecting) {
    busy.set(this, performance.now());
    this.once('data', () => busy.delete(this));
    this.once('close', () => busy.delete(this));
  }
  return Reflect.apply(write, this, args);
};

let count = 0;
setInterval(() => {
  if (!existsSync(TRUTH_SWITCH)) return;
  // Long enough under way to be with the server, which answers after 100 ms.
  const ready = [...busy].filter(([socket, since]) => !socket.connecting && performance.now() - since > 20);
  const [socket] = ready[Math.floor(Math.random() * ready.length)] ?? [];
  if (socket === undefined) return;
  busy.delete(socket);
  const how = ++count % 2 === 0 ? 'fin' : 'rst';
  const line = {
    monoNs: String(process.hrtime.bigint()),
    what: 'killed-own',
    clientPort: socket.localPort,
    how,
  };
  appendFileSync(TRUTH_RECORD, `${JSON.stringify(line)}\n`);
  if (how === 'fin') socket.end();
  else {
    const error = Object.assign(new Error('reset by its own script'), { code: 'ECONNRESET' });
    socket.resetAndDestroy();
    socket.emit('error', error);
  }
}, 15).unref();
