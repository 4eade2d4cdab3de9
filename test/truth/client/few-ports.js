// Loaded into the load generator's processes by NODE_OPTIONS: connections leave from few ports, one after the other. One
// that is given up without an answer is given up by RST, so that its port is free when its turn comes again.
import { Socket } from 'node:net';

const FIRST = 21_000;
const COUNT = 700;
const ours = new WeakSet();
let next = 0;

const { connect, destroy } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [port, host] = args;
  if (typeof port !== 'number' || typeof host !== 'string') return Reflect.apply(connect, this, args);
  const localPort = FIRST + (next++ % COUNT);
  ours.add(this);
  return Reflect.apply(connect, this, [{ port, host, localPort }]);
};
Socket.prototype.destroy = function (...args) {
  const abandoned = ours.delete(this) && !this.destroyed && !this.connecting && !this.readableEnded;
  return abandoned ? this.resetAndDestroy() : Reflect.apply(destroy, this, args);
};
