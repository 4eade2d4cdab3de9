import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';

import { TrendPage } from './html/trend-page.tsx';
import type { PastFolder } from './past-folder.ts';

/** The history as one self-contained page. The same history gives the same bytes. */
export function trendHtml(folder: PastFolder): string {
  return `<!doctype html>\n${renderToString(h(TrendPage, { folder }))}\n`;
}
