/** Loaded before the tool: its wall clock is as wrong as CHAOS_CLOCK_MS says. Its monotonic clock is not. */
const shiftMs = Number(process.env['CHAOS_CLOCK_MS'] ?? 0);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: readonly unknown[]) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + shiftMs] : args) as Date,
  get: (target, key, receiver) =>
    key === 'now' ? () => RealDate.now() + shiftMs : (Reflect.get(target, key, receiver) as unknown),
});
