import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command answers, as shell lines, by the `case` pattern that its arguments match: `pull\ *`. */
export type Answers = Readonly<Record<string, string>>;

/**
 * A `docker` and a `kind` that are small shell scripts: real processes, which answer by case, keep their containers as
 * files, and write down how they were called. They say at once what an engine says only on a bad day.
 */
export class ScriptedEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'drainbench-scripted-'));
  readonly #before: Readonly<Record<string, string | undefined>> = { ...process.env };

  constructor() {
    for (const name of ['bin', 'containers', 'state']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'container.json'), CONTAINER);
    for (const program of PROGRAMS) symlinkSync(join('/bin', program), join(this.folder, 'bin', program));
    this.answer('docker', {});
    this.answer('kind', {});
  }

  /** Writes a command. What these answers do not know, the usual ones do. */
  answer(command: string, answers: Answers): void {
    const cases = Object.entries({ ...answers, ...without(USUAL[command] ?? {}, answers) });
    const script = `#!/bin/sh
S='${this.folder}'
echo "${command} $* @\${DOCKER_HOST-}\${DOCKER_CONTEXT+ in context $DOCKER_CONTEXT}" >>"$S/calls"
case "$*" in
${cases.map(([pattern, lines]) => `${pattern})\n${lines}\n;;`).join('\n')}
*) echo "nobody expected: ${command} $*" >&2; exit 99 ;;
esac
`;
    writeFileSync(join(this.folder, 'bin', command), script);
    chmodSync(join(this.folder, 'bin', command), 0o755);
  }

  removeCommand(command: string): void {
    rmSync(join(this.folder, 'bin', command));
  }

  /** What drainbench needs in its environment to meet these, and no record but this one's. */
  get environment(): { readonly PATH: string; readonly DRAINBENCH_STATE_DIR: string } {
    return {
      PATH: join(this.folder, 'bin'),
      DRAINBENCH_STATE_DIR: join(this.folder, 'state'),
    };
  }

  /** How the commands were called, in order: `docker pull IMAGE @DOCKER_HOST`. */
  get calls(): readonly string[] {
    return this.read('calls')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** A file that a script left; empty where there is none. */
  read(name: string): string {
    const file = join(this.folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** A container by kind's labels; with the mark of one of our own creations, or without. */
  addContainer(id: string, cluster: string, mark: string): void {
    const text = CONTAINER.replaceAll('ID', id).replaceAll('NAME', cluster).replaceAll('MARK', mark);
    writeFileSync(join(this.folder, 'containers', id), text);
  }

  hasContainer(id: string): boolean {
    return existsSync(join(this.folder, 'containers', id));
  }

  /** Lets this process meet these; until `release`. In place, for Node itself reads some of them. */
  enter(more: Readonly<Record<string, string>> = {}): void {
    Object.assign(process.env, this.environment, more);
  }

  release(): void {
    for (const name of Object.keys(process.env))
      if (!(name in this.#before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, this.#before);
    rmSync(this.folder, { recursive: true });
  }
}

/** What the scripts need; nothing else is on the PATH, for this machine may have an engine of its own. */
const PROGRAMS = ['sh', 'cat', 'cp', 'grep', 'ls', 'rm', 'sed'];

function without(answers: Answers, others: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([pattern]) => !(pattern in others)));
}

/** As `docker inspect` shows one. */
const CONTAINER = JSON.stringify({
  Id: 'ID',
  Name: '/NAME-control-plane',
  State: { Pid: 0 },
  Config: {
    Labels: { 'io.x-k8s.kind.cluster': 'NAME', 'io.x-k8s.kind.role': 'control-plane' },
    Image: 'some/image',
  },
  NetworkSettings: { Networks: { kind: { IPAddress: '' } } },
  Mounts: [{ Type: 'bind', Destination: '/kind/drainbench-MARK' }],
});

const DOCKER: Answers = {
  '-v': `echo 'Docker version 28.2.2, build e6534b4'`,
  'context\\ inspect': `echo '[{"Name":"default","Endpoints":{"docker":{"Host":"unix:///var/run/docker.sock"}},"TLSMaterial":{}}]'`,
  'info\\ *': `echo '{"ServerVersion":"28.2.2","CgroupVersion":"2","DockerRootDir":"/nowhere"}'`,
  'ps\\ *': `for last; do :; done
    cd "$S/containers" && grep -l "\\"io.x-k8s.kind.cluster\\":\\"\${last##*=}\\"" -- * 2>/dev/null; true`,
  'inspect\\ *': `shift; cd "$S/containers" && printf '[' && for id; do printf '%s' "$comma"; cat "$id"; comma=,; done && printf ']'`,
  'image\\ inspect\\ *': 'true',
  'run\\ *': 'cat /proc/sys/kernel/random/boot_id; echo v1.37.1',
  'rm\\ --force\\ --volumes\\ *': 'shift 3; cd "$S/containers" && rm "$@"',
};

/** Makes one container of those that were asked for, and fails. */
const KIND: Answers = {
  version: `echo 'kind v99.0.0 go1.26.0 linux/amd64'`,
  'get\\ clusters\\ *': 'echo theirs',
  'create\\ cluster\\ *': `config=$(echo "$*" | sed 's/.*--config \\([^ ]*\\).*/\\1/')
    cp "$config" "$S/config.yaml"
    ls -l "\${config%/*}/audit" >"$S/audit"
    mark=$(sed -n '/containerPath: .kind.drainbench-/{s/.*drainbench-//p;q}' "$config")
    sed "s/ID/made/; s/NAME/$4/; s/MARK/$mark/" "$S/container.json" | sed "s/NAME/$4/" >"$S/containers/made"
    echo 'ERROR: failed to create cluster: the kubelet is not healthy' >&2
    exit 1`,
  'export\\ logs\\ *': 'echo said >"$3/kubelet.log"',
};

const USUAL: Readonly<Record<string, Answers>> = { docker: DOCKER, kind: KIND };
