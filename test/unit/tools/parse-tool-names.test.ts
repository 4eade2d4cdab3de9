import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/model/exit-code.ts';
import { catalog } from '../../../src/tools/catalog.ts';
import { parseToolNames } from '../../../src/tools/parse-tool-names.ts';

describe('parseToolNames', () => {
  it('takes none to mean all', () => {
    expect(parseToolNames([])).toEqual(Object.keys(catalog));
  });

  it('takes a binary for its tool, and each tool once, in the order of building', () => {
    expect(parseToolNames(['kubelet', 'etcd', 'kubectl', 'kubernetes'])).toEqual(['etcd', 'kubernetes']);
  });

  it('refuses what it does not know, with the names it knows', () => {
    expect(() => parseToolNames(['etdc'])).toThrow(
      expect.objectContaining({ code: 'unknown-tool', found: 'etdc', exitCode: EXIT.usage }),
    );
  });
});
