import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { analyzeRun } from '../../../src/analyze/analyze-run.ts';
import { scorecardCsv, scorecardMarkdown } from '../../../src/report/scorecard.ts';
import { HOSTILE, hostileResult } from './hostile-result.ts';

const run = await analyzeRun(join(import.meta.dirname, '../../fixtures/runs/synthetic-small'));

describe('the scorecard', () => {
  it('has a row for each server, setting and load, with the run that it comes from', () => {
    const rows = scorecardMarkdown([run, run])
      .split('\n')
      .filter((line) => line.startsWith('| synthetic-small'));
    expect(rows).toHaveLength(2 * run.cells.length);
    expect(rows[0]).toBe(
      '| synthetic-small | none: no preStop, grace 30 s, app: graceful | fresh | ❌ loses | – | – | 2 of 2 | 49 ms | 20250102T030405Z-5ee001 |',
    );
  });

  it('says once under which conditions the runs were made that share them', () => {
    const lines = scorecardMarkdown([run, run]).split('\n');
    expect(lines.filter((line) => line.startsWith('- '))).toEqual([
      '- Kubernetes v1.37.1 (embedded, nftables); 2 CPUs; fresh 40/s, keep-alive 40/s; delete',
    ]);
  });

  it('concludes nothing from a void run', () => {
    const text = scorecardMarkdown([{ ...run, verdict: 'void' }]);
    expect(text).not.toContain('loses');
    expect(text.match(/🚫 void/g)).toHaveLength(run.cells.length);
  });

  it('gives the same rows as CSV, with figures', () => {
    const [header, first] = [...scorecardCsv([run])].join('').split('\n');
    expect(header).toMatch(/^schemaVersion,server,strategy,setting,/);
    expect(first).toMatch(/^1,synthetic-small,none,.*,loses,fail,,,2,2,13,236,48\.87/);
  });

  it('leaves text of others text', async () => {
    const hostile = await hostileResult();
    const { manifest } = hostile;
    const named = { ...hostile, manifest: { ...manifest, runId: HOSTILE } };
    const text = scorecardMarkdown([named]);
    expect(text).not.toContain('<script>');
    expect(text.split('\n').every((line) => !line.startsWith('|') || line.endsWith('|'))).toBe(true);
  });
});
