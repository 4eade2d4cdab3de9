import { describe, expect, it } from 'vitest';

import { parseKubeletLine } from '../../../src/observe/kubelet-log-line.ts';

const NEAR_MS = Date.UTC(2026, 10, 21, 11, 0);
const HEAD = 'I1121 11:04:05.123456     145 kuberuntime_container.go:786]';
const POD = 'pod="ns/life-0" podUID="2f43c82c-63e4-4194-aabc-0c6927b78051" containerName="app"';
const UID = '2f43c82c-63e4-4194-aabc-0c6927b78051';

describe('a line of a kubelet’s log', () => {
  it('tells a step of a Pod’s life, to the microsecond', () => {
    const text = `${HEAD} "Running preStop hook" ${POD} containerID="containerd://ab12"`;
    expect(parseKubeletLine(text, NEAR_MS)).toEqual({
      wallMs: Date.UTC(2026, 10, 21, 11, 4, 5) + 123.456,
      step: 'prestop-started',
      pod: 'ns/life-0',
      podUid: UID,
      container: 'app',
      subject: null,
      graceSeconds: null,
    });
  });

  it('tells what is left of the grace period when the runtime is asked to stop a container', () => {
    const text = `${HEAD} "Killing container with a grace period" ${POD} containerID="containerd://ab12" gracePeriod=27`;
    expect(parseKubeletLine(text, NEAR_MS)).toMatchObject({ step: 'stop-requested', graceSeconds: 27 });
  });

  it('tells which probe passed or failed', () => {
    const passed = `${HEAD} "Probe succeeded" probeType="Readiness" ${POD}`;
    expect(parseKubeletLine(passed, NEAR_MS)).toMatchObject({ step: 'probe-passed', subject: 'Readiness' });
    const failed = `${HEAD} "Probe failed" probeType="Liveness" ${POD} probeResult="failure" output="a \\"quoted\\" word"`;
    expect(parseKubeletLine(failed, NEAR_MS)).toMatchObject({ step: 'probe-failed', subject: 'Liveness' });
  });

  it('tells which volume was unmounted, by its name in the Pod', () => {
    const text = `I1121 11:04:05.123456     145 operation_generator.go:791] UnmountVolume.TearDown succeeded for volume "kubernetes.io/empty-dir/${UID}-cache" pod "${UID}" (UID: "${UID}"). InnerVolumeSpecName "cache". PluginName "kubernetes.io/empty-dir", VolumeGIDValue ""`;
    expect(parseKubeletLine(text, NEAR_MS)).toMatchObject({
      step: 'volume-unmounted',
      podUid: UID,
      pod: null,
      subject: 'cache',
    });
  });

  it('belongs to the year that brings it next to the run, over New Year’s Eve too', () => {
    const text = `I1231 23:59:59.000001     145 kubelet.go:2345] "SyncTerminatingPod enter" ${POD}`;
    expect(parseKubeletLine(text, Date.UTC(2027, 0, 1))?.wallMs).toBe(
      Date.UTC(2026, 11, 31, 23, 59, 59) + 0.001,
    );
  });

  it.each([
    `${HEAD} "Pod update broadcasted" podUID="${UID}" type="MODIFIED"`,
    `${HEAD} "Running preStop hook"`,
    '        goroutine 1 [running]:',
    '',
  ])('that tells no step is passed over: %s', (text) => {
    expect(parseKubeletLine(text, NEAR_MS)).toBeNull();
  });
});
