import { runCommandLine } from './run-command-line.ts';

await runCommandLine(async () => (await import('./command-line.ts')).commandLine());
