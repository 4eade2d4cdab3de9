import { execaSync } from 'execa';
import { describe, expect, it } from 'vitest';
import { renderCommand } from '../../../src/tools/render-command.ts';

describe('renderCommand', () => {
  it('survives a shell: spaces, quotes and dollars arrive as they were', () => {
    const words = ['plain', 'two words', "it's", '$HOME', '`date`', '', '-X a.b=c'];
    const command = renderCommand({
      command: 'printf',
      args: [String.raw`%s\n`, ...words],
      cwd: '/',
      environment: { SOME: "a 'b'" },
    });
    expect(execaSync('sh', ['-c', command]).stdout.split('\n')).toEqual(words);
  });
});
