import { SHELLS } from '../model/shells.ts';

/**
 * What becomes of a shell that a container begins with: `stays` as process 1, which passes no signal on and ignores the
 * stop signal; `unsure` where its script may replace it by the app (`exec`, or the last command of a script, which most
 * shells replace themselves by); `none` where there is no shell, where `exec` is clear, and where the script has a `trap`,
 * which knows what it does.
 */
export function shellStays(command: readonly string[]): 'stays' | 'unsure' | 'none' {
  const [program = '', ...args] = command;
  // BusyBox is a shell only by that name of its own.
  if (nameOf(program) === 'busybox') return args.length === 0 ? 'none' : shellStays(args);
  if (!SHELLS.has(nameOf(program))) return 'none';
  const flag = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  // A script in a file: what is in it nobody knows here.
  if (flag === -1) return args.some((arg) => !arg.startsWith('-')) ? 'unsure' : 'none';
  const script = bare(args[flag + 1] ?? '');
  const parts = script
    .split(/;|\n|&&|\|\||(?<!>)&(?!>)/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  if (/^exec\s/.test(last) && !last.includes('|')) return 'none';
  if (/\btrap\b/.test(script)) return 'none';
  if (/\b(exec|source|eval)\b|(^|\s)\.\s|<</.test(script)) return 'unsure';
  // Each side of a pipe is a child, and the shell waits for it.
  if (last.includes('|')) return 'stays';
  const isBuiltin = BUILTINS.has(last.split(/\s/)[0] ?? '');
  return isBuiltin && parts.length > 1 ? 'stays' : 'unsure';
}

/** Nothing to replace the shell by: what ran before them ran as its child. */
const BUILTINS: ReadonlySet<string> = new Set(['true', ':', 'exit', 'echo', 'wait']);

/** The script without what may hold signs that mean nothing there: quotes, substitutions, comments. */
function bare(script: string): string {
  return script
    .replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"/g, 'QUOTED')
    .replaceAll(/\$\([^()]*\)|`[^`]*`/g, 'SUBSTITUTED')
    .replaceAll(/(^|\s)#.*$/gm, '');
}

function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
