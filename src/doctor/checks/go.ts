import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { askGo } from '../ask-go.ts';
import type { Check } from '../check.ts';
import { compareVersions } from '../../model/compare-versions.ts';

const TOOLS = join(import.meta.dirname, '../../../tools');
/** From here on Go fetches the toolchain that a module asks for, where GOTOOLCHAIN allows it. */
const FIRST_THAT_SWITCHES = '1.21';

export const goCheck: Check = {
  id: 'go',
  title: 'Go',
  drivers: ['embedded', 'kind'],
  expected: 'as new as the modules in tools/ ask',
  weight: 'required',
  async run(context) {
    const needed = newestGoDirective(
      globSync('*/go.mod', { cwd: TOOLS }).map((file) => readFileSync(join(TOOLS, file), 'utf8')),
    );
    const expected = `≥ ${needed}, to build Kubernetes and the other tools`;
    const outcome = await askGo(context, ['GOVERSION', 'GOTOOLCHAIN']);
    const [version = '', policy = ''] = outcome.stdout.split('\n');
    if (outcome.ok && compareVersions(version, needed) >= 0)
      return { status: 'ok', found: version, expected };
    if (outcome.ok && maySwitch(version, policy)) {
      return { status: 'info', found: `${version}, which fetches Go ${needed} when it builds`, expected };
    }
    const found = outcome.ok ? `${version}, GOTOOLCHAIN=${policy}` : outcome.reason;
    const advice = `install Go ${needed} or newer from https://go.dev/dl/ and put its bin folder on the PATH`;
    return { status: 'fail', found, expected, fix: { command: null, advice, automatic: false } };
  },
};

/** The newest version that any of the go.mod texts asks for with its `go` line. */
export function newestGoDirective(goMods: readonly string[]): string {
  const asked = goMods.flatMap((text) => /^go (\S+)/m.exec(text)?.[1] ?? []);
  return asked.reduce((newest, version) => (compareVersions(version, newest) > 0 ? version : newest), '1.26');
}

function maySwitch(version: string, policy: string): boolean {
  const allowed = policy === 'auto' || policy === 'path' || policy.includes('+');
  return allowed && compareVersions(version, FIRST_THAT_SWITCHES) >= 0;
}
