import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Check, CheckContext } from '../check.ts';
import { existingAncestor } from '../existing-ancestor.ts';
import { inNamespaces } from '../in-namespaces.ts';
import { kernelFix } from '../kernel-fix.ts';
import { withTemporaryFolder } from '../with-temporary-folder.ts';

/** Mounts, writes, and removes a file of the lower layer (a whiteout: not every file system can hold one). */
const SCRIPT = `
cd "$1"
mkdir lower upper work merged
echo lower >lower/file
mount -t overlay overlay -o lowerdir="$1/lower",upperdir="$1/upper",workdir="$1/work" "$1/merged"
echo written >merged/other
rm merged/file
`;

export const overlayfsCheck: Check = {
  id: 'overlayfs',
  title: 'overlayfs',
  drivers: ['embedded'],
  expected: "container layers can be mounted on the state folder's file system",
  weight: 'required',
  needs: { linux: true, root: true, commands: ['unshare', 'mount'] },
  async run(context) {
    const temporary = context.env['TMPDIR'] ?? tmpdir();
    const [onState, onTemporary] = await Promise.all([
      tryOverlay(context, context.stateDir),
      tryOverlay(context, temporary),
    ]);
    if (onState === null) {
      const rest = onTemporary === null ? `and in ${temporary}` : `not in ${temporary}: ${onTemporary}`;
      return { status: 'ok', found: `works in ${context.stateDir}, ${rest}` };
    }
    const found = `in ${context.stateDir}: ${onState}`;
    if (onTemporary === null) {
      const command = `export DRAINBENCH_STATE_DIR=${join(temporary, 'drainbench')}`;
      return { status: 'fail', found: `${found}; works in ${temporary}`, fix: { command, automatic: false } };
    }
    return { status: 'fail', found, fix: kernelFix(context.host, ['overlay'], 'CONFIG_OVERLAY_FS') };
  },
};

/** Why it did not work there, or null when it did. */
async function tryOverlay(context: CheckContext, folder: string): Promise<string | null> {
  try {
    return await withTemporaryFolder(existingAncestor(folder), async (scratch) => {
      const outcome = await inNamespaces(context, ['mount'], SCRIPT, [scratch]);
      return outcome.ok ? null : outcome.reason;
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
