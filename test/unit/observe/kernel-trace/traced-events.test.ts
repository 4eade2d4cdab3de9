import { describe, expect, it } from 'vitest';

import { LastReads } from '../../../../src/observe/kernel-trace/last-reads.ts';
import { parsePrintFormat } from '../../../../src/observe/kernel-trace/print-format.ts';
import { parseTraceLine } from '../../../../src/observe/kernel-trace/trace-line.ts';
import { TRACED_EVENTS, type Reading } from '../../../../src/observe/kernel-trace/traced-events.ts';

const container = { podUid: '92f19e41-d4d2-4841-a330-d05fe3b7250c', containerId: 'c'.repeat(64) };
const INSIDE = new Set([30960, 30915]);
const INNER_PIDS = new Map([
  [30960, 1],
  [30915, 7],
]);

/** What these kernels' `format` files say; Linux 6.18 unless named otherwise. */
const FORMATS: Readonly<Record<string, string>> = {
  signal_generate:
    '\tfield:int sig;	offset:8;\n\nprint fmt: "sig=%d errno=%d code=%d comm=%s pid=%d grp=%d res=%d", REC->sig',
  sched_process_exit:
    '\tfield:pid_t pid;	offset:24;\n\tfield:bool group_dead;	offset:32;\n\nprint fmt: "comm=%s pid=%d prio=%d group_dead=%s", REC->comm',
  'sched_process_exit of 5.10':
    '\tfield:pid_t pid;	offset:24;\n\nprint fmt: "comm=%s pid=%d prio=%d", REC->comm',
  mark_victim:
    '\tfield:int pid;	offset:8;\n\nprint fmt: "pid=%d comm=%s total-vm=%lukB anon-rss=%lukB file-rss:%lukB shmem-rss:%lukB uid=%u pgtables=%lukB oom_score_adj=%hd", REC->pid',
  'mark_victim of 6.1': '\tfield:int pid;	offset:8;\n\nprint fmt: "pid=%d", REC->pid',
  inet_sock_set_state:
    '\tfield:__u16 sport;	offset:24;\n\nprint fmt: "family=%s protocol=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c oldstate=%s newstate=%s", __print_symbolic(REC->family, { 2, "AF_INET" })',
  tcp_send_reset:
    '\tfield:__u8 saddr[28];	offset:32;\n\nprint fmt: "skbaddr=%p skaddr=%p src=%pISpc dest=%pISpc state=%s reason=%s", REC->skbaddr',
  'tcp_send_reset of 5.10':
    '\tfield:__u16 sport;	offset:28;\n\tfield:__u16 dport;	offset:30;\n\nprint fmt: "sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c state=%s", REC->sport',
  tcp_receive_reset:
    '\tfield:__u16 sport;	offset:16;\n\nprint fmt: "family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c sock_cookie=%llx", __print_symbolic(REC->family, { 2, "AF_INET" })',
  'tcp_receive_reset of 4.19':
    '\tfield:__u16 sport;	offset:16;\n\nprint fmt: "sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c", REC->sport',
  tcp_rcv_space_adjust:
    '\tfield:__u16 sport;	offset:16;\n\nprint fmt: "family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c sock_cookie=%llx", __print_symbolic(REC->family, { 2, "AF_INET" })',
  icmp_send:
    '\tfield:int type;	offset:16;\n\nprint fmt: "icmp_send: type=%d, code=%d. From %pI4:%u to %pI4:%u ulen=%d skbaddr=%p", REC->type',
  tcp_retransmit_skb:
    '\tfield:__u16 sport;	offset:28;\n\nprint fmt: "skbaddr=%p skaddr=%p family=%s sport=%hu dport=%hu saddr=%pI4 daddr=%pI4 saddrv6=%pI6c daddrv6=%pI6c state=%s err=%d", REC->skbaddr',
};

function read(text: string, format?: string, reads = new LastReads()): Reading {
  const line = parseTraceLine(text);
  if (line === null) throw new Error('not a line');
  const traced = TRACED_EVENTS.find(({ event }) => event.endsWith(`/${line.event}`));
  const fields = parsePrintFormat(FORMATS[format ?? line.event] ?? '')?.parse(line.text);
  if (traced === undefined || fields == null) throw new Error(`not of its format: ${line.text}`);
  return traced.read({
    line,
    fields,
    atNs: 7,
    scope: { ports: [8080, 18555], signals: [9, 15] },
    reads,
    containerOf: (pid) => (INSIDE.has(pid) ? container : null),
    processOf: (tid) => (tid === 31165 ? 30960 : tid),
    innerPidOf: (pid) => INNER_PIDS.get(pid) ?? null,
  });
}

const STAMP = { atNs: 7, uncertaintyNs: 1000, source: 'kernel-trace' };

describe('what the kernel says of signals', () => {
  it('is a signal to a container, with its sender', () => {
    expect(
      read(
        '  runc-31221   (  31221) [000] d..1.  5124.217271: signal_generate: sig=15 errno=0 code=0 comm=MainThread pid=30960 grp=1 res=0',
      ),
    ).toEqual({
      ...STAMP,
      type: 'signal-sent',
      signal: 15,
      pid: 30960,
      comm: 'MainThread',
      senderComm: 'runc',
      senderPid: 31221,
      siCode: 0,
      container,
      innerPid: 1,
      result: 'delivered',
    });
  });

  it('names a sender in a container, and its number there: a process manager is number 1', () => {
    const signal = read(
      '  tini-30960   (  30960) [000] d..1.  5124.217271: signal_generate: sig=9 errno=0 code=0 comm=nginx pid=30915 grp=1 res=0',
    );
    expect(signal).toMatchObject({
      pid: 30915,
      innerPid: 7,
      senderPid: 30960,
      senderContainer: container,
      senderInnerPid: 1,
      siCode: 0,
    });
  });

  it('tells what the kernel itself sends, as when the first process of a pid namespace ends', () => {
    expect(
      read(
        '  sh-30960   (  30960) [000] d..1.  5124.217271: signal_generate: sig=9 errno=0 code=128 comm=nginx pid=30915 grp=1 res=0',
      ),
    ).toMatchObject({ senderPid: 30960, senderInnerPid: 1, siCode: 128 });
  });

  it('names nobody where a packet or a timer did it', () => {
    const signal = read(
      '  nginx-30960   (  30960) [000] d.h1.  5124.217271: signal_generate: sig=9 errno=0 code=0 comm=nginx pid=30915 grp=1 res=0',
    );
    expect(signal).not.toHaveProperty('senderPid');
  });

  it('is an ignored signal where the first process has no handler', () => {
    expect(
      read(
        '  runc-31221   (  31221) [000] d..1.  5124.217271: signal_generate: sig=15 errno=0 code=0 comm=sh pid=30960 grp=1 res=1',
      ),
    ).toMatchObject({ result: 'ignored' });
  });

  it('is nothing where the dying first process of a pid namespace spares itself', () => {
    expect(
      read(
        ' SignalInspector-31165   (  30960) [000] dN.2.  5124.223454: signal_generate: sig=9 errno=0 code=128 comm=SignalInspector pid=31165 grp=1 res=1',
      ),
    ).toBe('irrelevant');
  });

  it('is outside for a process of the host', () => {
    expect(
      read(
        '  MainThread-31248   (  31248) [001] d..1.  5124.555003: signal_generate: sig=15 errno=0 code=0 comm=MainThread pid=31248 grp=1 res=0',
      ),
    ).toBe('outside');
  });

  it('is read from its end where a name imitates fields', () => {
    expect(
      read(
        '  x-1 (      1) [000] d..1.  1.000000: signal_generate: sig=15 errno=0 code=0 comm=a pid=1 grp=0 pid=30960 grp=1 res=0',
      ),
    ).toMatchObject({ pid: 30960, comm: 'a pid=1 grp=0' });
  });
});

describe('what the kernel says of exits', () => {
  it('is the end of a process when its last thread ends, whichever that is', () => {
    expect(
      read(
        ' SignalInspector-31165   (  30960) [001] .....  5123.218462: sched_process_exit: comm=SignalInspector pid=31165 prio=105 group_dead=true',
      ),
    ).toEqual({
      ...STAMP,
      type: 'process-exit',
      pid: 30960,
      comm: 'SignalInspector',
      container,
      innerPid: 1,
      wholeProcess: true,
    });
  });

  it("is the main thread's end where the kernel does not tell which is the last", () => {
    const format = 'sched_process_exit of 5.10';
    const line = (tid: number) =>
      `  node-${tid}   (  30960) [001] ....  5123.218462: sched_process_exit: comm=node pid=${tid} prio=105`;
    expect(read(line(30960), format)).toMatchObject({ type: 'process-exit', pid: 30960 });
    expect(read(line(30960), format)).not.toHaveProperty('wholeProcess');
    expect(read(line(31165), format)).toBe('irrelevant');
  });
});

describe('what the kernel says of want of memory', () => {
  const taken = { ...STAMP, type: 'oom-kill', pid: 30915, container, innerPid: 7 };
  const line = (text: string) => `  x-1   (      1) [001] d..1.  1.000000: mark_victim: ${text}`;

  it('is who was chosen to be killed, whatever else a kernel says of it', () => {
    const usage =
      'comm=my app total-vm=120kB anon-rss=80kB file-rss:16kB shmem-rss:0kB uid=0 pgtables=40 oom_score_adj=999';
    expect(read(line(`pid=30915 ${usage}`))).toEqual(taken);
    expect(read(line('pid=30915'), 'mark_victim of 6.1')).toEqual(taken);
  });

  it('is nothing of a process of the host', () => {
    expect(read(line('pid=5'), 'mark_victim of 6.1')).toBe('irrelevant');
  });
});

describe('what the kernel says of sockets', () => {
  it('is whose listener closed', () => {
    expect(
      read(
        ' SignalInspector-31164   (  30915) [000] .....  5124.326220: inet_sock_set_state: family=AF_INET6 protocol=IPPROTO_TCP sport=8080 dport=0 saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=:: daddrv6=:: oldstate=TCP_LISTEN newstate=TCP_CLOSE',
      ),
    ).toEqual({
      ...STAMP,
      type: 'socket-state',
      localAddress: '::',
      localPort: 8080,
      remoteAddress: '::',
      remotePort: 0,
      from: 'LISTEN',
      to: 'CLOSE',
      container,
      pid: 30915,
    });
  });

  it('is who closed a connection, and when a process had last read from it', () => {
    const ends =
      'family=AF_INET6 sport=8080 dport=16615 saddr=198.18.32.78 daddr=198.18.32.1 saddrv6=::ffff:198.18.32.78 daddrv6=::ffff:198.18.32.1';
    const line = (flags: string, text: string) =>
      `  MainThread-30960   (  30960) [000] ${flags}  5122.866191: ${text}`;
    const state = (flags: string, states: string) =>
      line(flags, `inet_sock_set_state: ${ends.replace('INET6', 'INET6 protocol=IPPROTO_TCP')} ${states}`);
    const reads = new LastReads();
    const taken = line('.....', `tcp_rcv_space_adjust: ${ends} sock_cookie=1c`);
    const closed = state('.....', 'oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1');
    expect(read(taken, undefined, reads)).toBe('irrelevant');
    expect(read(closed, undefined, reads)).toMatchObject({ to: 'FIN_WAIT1', pid: 30960, lastReadNs: 7 });
    // The next connection between the same ends has been read by nobody.
    expect(read(closed, undefined, reads)).not.toHaveProperty('lastReadNs');
    read(taken, undefined, reads);
    read(state('..s2.', 'oldstate=TCP_SYN_RECV newstate=TCP_ESTABLISHED'), undefined, reads);
    expect(read(closed, undefined, reads)).not.toHaveProperty('lastReadNs');
  });

  it('is an accept of nobody, with plain IPv4 addresses, when a packet did it', () => {
    expect(
      read(
        '  MainThread-30960   (  30960) [000] ..s2.  5122.866191: inet_sock_set_state: family=AF_INET6 protocol=IPPROTO_TCP sport=8080 dport=16615 saddr=198.18.32.78 daddr=198.18.32.1 saddrv6=::ffff:198.18.32.78 daddrv6=::ffff:198.18.32.1 oldstate=TCP_SYN_RECV newstate=TCP_ESTABLISHED',
      ),
    ).toMatchObject({
      localAddress: '198.18.32.78',
      remoteAddress: '198.18.32.1',
      remotePort: 16615,
      container: null,
    });
  });

  it("is a refused connection on the client's side, of nobody", () => {
    expect(
      read(
        '  MainThread-31248   (  31248) [001] .N...  5124.452143: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=58684 dport=18555 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:127.0.0.1 oldstate=TCP_SYN_SENT newstate=TCP_CLOSE',
      ),
    ).toMatchObject({ localPort: 58684, remotePort: 18555, from: 'SYN_SENT', to: 'CLOSE', container: null });
  });
});

describe('what the kernel says of resets and retransmissions', () => {
  it('is a reset, from whom and why', () => {
    expect(
      read(
        '  MainThread-31248   (  31248) [001] .Ns1.  5124.452119: tcp_send_reset: skbaddr=000000000d4bb71a skaddr=0000000000000000 src=127.0.0.1:18555 dest=127.0.0.1:58684 state=UNKNOWN reason=NO_SOCKET',
      ),
    ).toEqual({
      ...STAMP,
      type: 'reset-sent',
      localAddress: '127.0.0.1',
      localPort: 18555,
      remoteAddress: '127.0.0.1',
      remotePort: 58684,
      reason: 'NO_SOCKET',
    });
  });

  it('is a reset between IPv6 sockets that carry IPv4', () => {
    expect(
      read(
        '  x-1   (      1) [001] .....  1.000000: tcp_send_reset: skbaddr=0 skaddr=0 src=[::ffff:198.18.0.9]:8080 dest=[2001:db8::1]:4 state=TCP_ESTABLISHED reason=TCP_STATE',
      ),
    ).toMatchObject({
      localAddress: '198.18.0.9',
      localPort: 8080,
      remoteAddress: '2001:db8::1',
      remotePort: 4,
    });
  });

  it('is nothing on other ports', () => {
    expect(
      read(
        '  kube-apiserver-19806   (  19806) [001] ..s2.  5123.253420: tcp_send_reset: skbaddr=00000000c0d38204 skaddr=00000000707a9ab4 src=198.18.48.254:39884 dest=198.18.48.1:6443 state=TCP_CLOSE reason=TCP_ABORT_ON_DATA',
      ),
    ).toBe('irrelevant');
  });

  it('has no reason on a kernel that tells none', () => {
    expect(
      read(
        '  x-1   [001] ....  1.000000: tcp_send_reset: sport=8080 dport=4 saddr=198.18.0.9 daddr=198.18.0.1 saddrv6=::ffff:198.18.0.9 daddrv6=::ffff:198.18.0.1 state=TCP_CLOSE',
        'tcp_send_reset of 5.10',
      ),
    ).toMatchObject({ localAddress: '198.18.0.9', remoteAddress: '198.18.0.1', reason: 'NOT_TOLD' });
  });

  it('is a reset that came in, and to whom', () => {
    const taken = {
      ...STAMP,
      type: 'reset-received',
      localAddress: '198.18.32.78',
      localPort: 8080,
      remoteAddress: '198.18.32.1',
      remotePort: 16615,
    };
    const sides =
      'sport=8080 dport=16615 saddr=198.18.32.78 daddr=198.18.32.1 saddrv6=::ffff:198.18.32.78 daddrv6=::ffff:198.18.32.1';
    const line = (text: string) => `  x-1   (      1) [001] ..s1.  1.000000: tcp_receive_reset: ${text}`;
    expect(read(line(`family=AF_INET6 ${sides} sock_cookie=2f`))).toEqual(taken);
    expect(read(line(sides), 'tcp_receive_reset of 4.19')).toEqual(taken);
  });

  it('is what a node rejected, for whom and where it was going', () => {
    expect(
      read(
        '  node-1   (      1) [001] ..s2.  1.000000: icmp_send: icmp_send: type=3, code=3. From 198.18.0.1:0 to 198.18.32.7:0 ulen=0 skbaddr=000000000d4bb71a',
      ),
    ).toEqual({
      ...STAMP,
      type: 'unreachable-sent',
      senderAddress: '198.18.0.1',
      targetAddress: '198.18.32.7',
      code: 3,
    });
  });

  it('is a SYN that was sent again', () => {
    expect(
      read(
        '  x-1   (      1) [001] ..s1.  1.000000: tcp_retransmit_skb: skbaddr=0 skaddr=0 family=AF_INET sport=36422 dport=8080 saddr=198.18.48.254 daddr=198.18.48.11 saddrv6=::ffff:198.18.48.254 daddrv6=::ffff:198.18.48.11 state=TCP_SYN_SENT err=0',
      ),
    ).toMatchObject({ type: 'retransmit', localPort: 36422, state: 'SYN_SENT' });
  });
});

describe('what the kernel is asked for', () => {
  const filterOf = (name: string, scope: { ports: number[]; signals: number[] }, fields: string[]) =>
    TRACED_EVENTS.find(({ event }) => event.endsWith(name))?.filter(scope, new Set(fields));

  it('is these signals, and whatever a container runtime sends to stop', () => {
    expect(filterOf('signal_generate', { ports: [], signals: [9, 15] }, ['sig'])).toBe(
      'sig==9||sig==15||((COMM~"runc*"||COMM~"crun*")&&sig!=17&&sig!=23)',
    );
  });

  it('is only whole processes, where the kernel can tell', () => {
    const scope = { ports: [], signals: [] };
    expect(filterOf('sched_process_exit', scope, ['pid', 'group_dead'])).toBe('group_dead==1');
    expect(filterOf('sched_process_exit', scope, ['pid'])).toBeNull();
  });

  it('is resets of these ports, where the kernel can look into its own addresses', () => {
    const scope = { ports: [80], signals: [] };
    expect(filterOf('tcp_send_reset', scope, ['sport', 'dport'])).toBe('sport==80||dport==80');
    expect(filterOf('tcp_send_reset', scope, ['saddr', 'daddr'])).toBeNull();
  });

  it('is nothing of sockets without a port', () => {
    const scope = { ports: [], signals: [] };
    for (const name of [
      'inet_sock_set_state',
      'tcp_send_reset',
      'tcp_receive_reset',
      'tcp_rcv_space_adjust',
      'icmp_send',
      'tcp_retransmit_skb',
      'signal_generate',
    ]) {
      expect(filterOf(name, scope, ['sport', 'dport'])).toBe(false);
    }
  });
});

describe('an event that an older kernel tells less of', () => {
  const lacks = (format: string) =>
    TRACED_EVENTS.find(({ event }) => event === 'tcp/tcp_send_reset')?.lacks?.(
      parsePrintFormat(FORMATS[format] ?? '')?.printed ?? new Set(),
    );

  it('is said to lack it, so that the trace has a gap', () => {
    expect(lacks('tcp_send_reset of 5.10')).toMatch(/why connections were reset/);
    expect(lacks('tcp_send_reset')).toBeNull();
  });
});
