// A process that builds the tiny tools: what two terminals, a kill -9 and a Ctrl-C happen to in the tests.
// Usage: builder-process.ts TOOLS_DIR CACHE_DIR; writes one JSON line an event, and one with the paths at the end.
import { buildCatalog } from '../../../src/tools/build-tools.ts';
import { tinyCatalog } from './tiny-tools.ts';

const [toolsDir = '', cacheDir = ''] = process.argv.slice(2);
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());

const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const paths = await buildCatalog(tinyCatalog, toolsDir, {
    cacheDir,
    signal: interrupt.signal,
    onProgress: say,
  });
  say({ paths });
} catch (error) {
  say({ error: String(error) });
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
