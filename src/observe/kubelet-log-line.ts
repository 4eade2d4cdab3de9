import type { KubeletStep } from '../model/history-event.ts';

/** What one line of a kubelet's log says about a Pod. */
export interface KubeletLine {
  /** When it was written, ms since the epoch with fractions (to 1 µs). */
  readonly wallMs: number;
  readonly step: KubeletStep;
  /** `NAMESPACE/NAME`; `null` where the line names the Pod by its uid only. */
  readonly pod: string | null;
  readonly podUid: string;
  readonly container: string | null;
  readonly subject: string | null;
  readonly graceSeconds: number | null;
}

/**
 * Reads a line such as
 * `I1121 11:04:05.123456  145 kuberuntime_container.go:786] "Running preStop hook" pod="ns/name" podUID="…" …` (klog's
 * text form, times in UTC); `null` for everything that tells no step of a Pod's life. Lines carry no year: it is the
 * one that brings them next to `nearMs`. The wording is that of Kubernetes 1.28 to 1.37.
 */
export function parseKubeletLine(line: string, nearMs: number): KubeletLine | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, month = '', day = '', time = '', micros = '', text = ''] = match;
  const what = structured(text) ?? unmounted(text);
  if (what === null) return null;
  return { wallMs: wallTime(`${month}-${day}T${time}`, micros, nearMs), ...what };
}

const LINE = /^[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d)\.(\d{6}) +\d+ [^\]]+\] (.*)$/;

/** Message of the kubelet → step. */
const STEPS: ReadonlyMap<string, KubeletStep> = new Map([
  ['SyncTerminatingPod enter', 'termination-started'],
  ['Running preStop hook', 'prestop-started'],
  ['PreStop hook completed', 'prestop-ended'],
  ['PreStop hook failed', 'prestop-failed'],
  ['PreStop hook not completed in grace period', 'prestop-overran'],
  ['Killing container with a grace period', 'stop-requested'],
  ['Container exited normally', 'container-stopped'],
  ['Pod termination stopped all running containers', 'containers-stopped'],
  ['Pod termination cleaned up volume paths', 'volumes-cleaned'],
  ['Pod termination removed cgroups', 'cgroups-removed'],
  ['Probe succeeded', 'probe-passed'],
  ['Probe succeeded with a warning', 'probe-passed'],
  ['Probe failed', 'probe-failed'],
  ['Probe errored', 'probe-failed'],
  ['Failed to execute PostStartHook', 'poststart-failed'],
]);

type What = Omit<KubeletLine, 'wallMs'>;

function structured(text: string): What | null {
  const message = QUOTED.exec(text)?.[1];
  const step = message === undefined ? undefined : STEPS.get(message);
  if (step === undefined) return null;
  const podUid = valueOf(text, 'podUID');
  if (podUid === null) return null;
  const grace = valueOf(text, 'gracePeriod');
  return {
    step,
    pod: valueOf(text, 'pod'),
    podUid,
    container: valueOf(text, 'containerName'),
    subject: valueOf(text, 'probeType'),
    graceSeconds: grace !== null && /^\d+$/.test(grace) ? Number(grace) : null,
  };
}

const QUOTED = /^"([^"]+)"/;

function valueOf(text: string, key: string): string | null {
  const match = new RegExp(` ${key}=(?:"([^"]*)"|(\\S+))`).exec(text);
  return match?.[1] ?? match?.[2] ?? null;
}

/** Volumes are still told of in free text. */
function unmounted(text: string): What | null {
  const match = TEAR_DOWN.exec(text);
  if (match === null) return null;
  const [, podUid = '', subject = ''] = match;
  return { step: 'volume-unmounted', pod: null, podUid, container: null, subject, graceSeconds: null };
}

const TEAR_DOWN =
  /^UnmountVolume\.TearDown succeeded for volume .* \(UID: "([^"]+)"\)\. InnerVolumeSpecName "([^"]*)"/;

/** The year, of three, that brings the time next to `nearMs`: a run may go on over New Year's Eve. */
function wallTime(withinYear: string, micros: string, nearMs: number): number {
  const year = new Date(nearMs).getUTCFullYear();
  const [best = NaN] = [year - 1, year, year + 1]
    .map((each) => Date.parse(`${each}-${withinYear}Z`))
    .filter((ms) => !Number.isNaN(ms))
    .toSorted((a, b) => Math.abs(a - nearMs) - Math.abs(b - nearMs));
  return best + Number(micros) / 1000;
}
