/** One event of containerd, as `ctr events` prints it. */
export interface RuntimeLine {
  /** When it happened, ms since the epoch with fractions (to a quarter of a µs). */
  readonly wallMs: number;
  readonly topic: string;
  readonly containerId: string;
  /** Set when it is about a further process in the container. */
  readonly execId: string | null;
  readonly exitStatus: number | null;
  /** Of the process that it is about, as the runtime numbers processes; `null`: about none. */
  readonly pid: number | null;
  /** Of `/containers/create` only. */
  readonly image: string | null;
}

/**
 * Reads a line such as `2026-11-21 09:06:28.887655524 +0000 UTC k8s.io /tasks/exit {"container_id":"…",…}`; `null`
 * for a topic that is about no container (snapshots, images), `undefined` for what is no event at all.
 */
export function parseRuntimeLine(line: string): RuntimeLine | null | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, date, time, fraction, zone, topic = '', json = ''] = match;
  const fields = readFields(json);
  if (fields === null) return undefined;
  if (!/^\/(?:tasks|containers)\//.test(topic)) return null;
  const containerId = fields.container_id ?? fields.id ?? '';
  const isExit = topic === '/tasks/exit';
  const isExec = topic.startsWith('/tasks/exec-');
  // An exit names the container again where it is about its first process; a delete names nothing then.
  const other = fields.id === containerId || fields.id === '' ? null : (fields.id ?? null);
  const isTask = topic.startsWith('/tasks/');
  return {
    // An exit is published some ms after the shim saw it; it carries the moment itself.
    wallMs:
      isExit && fields.exited_at !== undefined
        ? (fields.exited_at.seconds ?? 0) * 1000 + (fields.exited_at.nanos ?? 0) / 1e6
        : Date.parse(`${date ?? ''}T${time ?? ''}${zone ?? ''}`) + Number(`0.${fraction ?? '0'}`) * 1000,
    topic,
    containerId,
    execId: isExec ? (fields.exec_id ?? null) : isTask ? other : null,
    // Zero is left out of the JSON.
    exitStatus: isExit || topic === '/tasks/delete' ? (fields.exit_status ?? 0) : null,
    pid: fields.pid ?? null,
    image: topic === '/containers/create' ? (fields.image ?? null) : null,
  };
}

/** Go's form of a time: `2026-11-21 09:06:28.88 +0100 CET`, zeros at the fraction's end left out. */
const LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? ([+-]\d{4}) \S+ \S+ (\/\S+) (\{.*\})$/;

interface Fields {
  readonly container_id?: string;
  readonly id?: string;
  readonly exec_id?: string;
  readonly pid?: number;
  readonly exit_status?: number;
  readonly exited_at?: { readonly seconds?: number; readonly nanos?: number };
  readonly image?: string;
}

function readFields(json: string): Fields | null {
  try {
    return JSON.parse(json) as Fields;
  } catch {
    return null;
  }
}
