import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import type { RunResult } from '../../src/analyze/run-result.ts';
import { BUDGET_STEPS } from '../../src/model/budget.ts';
import { reportHtml } from '../../src/report/report-html.ts';
import { summaryMarkdown } from '../../src/report/summary-markdown.ts';
import { analyzeSynthetic } from '../unit/analyze/analyze-synthetic.ts';
import { synthesizeRun } from '../unit/analyze/synthesize-run.ts';
import { hostileResult } from '../unit/report/hostile-result.ts';

let browser: Browser;
let folder: string;
let result: RunResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drainbench-report-'));
  // 35 trials, as `make bench` makes them, one strategy with hundreds of failures in each.
  result = await analyzeSynthetic(
    synthesizeRun({
      name: 'prestop-on-delete',
      strategies: [
        { name: 'none', preStopSeconds: 0 },
        { name: 'sleep-2', preStopSeconds: 2 },
        { name: 'sleep-5', preStopSeconds: 5 },
        { name: 'exec-sleep-5', preStopSeconds: 5, routedMs: 5060 },
        { name: 'app-drain-5', preStopSeconds: 0, drainSeconds: 5, routedMs: 9000 },
      ],
      blocks: 5,
      ratePerSecond: 500,
      baselineMs: 2000,
      tailMs: 1500,
      seed: 7,
    }),
  );
  await writeFile(join(folder, 'report.html'), reportHtml(result));
  await writeFile(join(folder, 'hostile.html'), reportHtml(await hostileResult()));
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  /** Every address that the page asked for. */
  readonly requests: readonly string[];
  /** Errors and warnings on the console, uncaught errors, dialogs. */
  readonly complaints: readonly string[];
}

async function open(file = 'report.html', options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  const [name = file, hash] = file.split('#');
  await page.goto(`${pathToFileURL(join(folder, name)).href}${hash === undefined ? '' : `#${hash}`}`);
  return { page, requests, complaints };
}

describe('the report in a browser', () => {
  it('asks for nothing but itself and complains about nothing', async () => {
    const { page, requests, complaints } = await open();
    await page.getByRole('button', { name: 'Open those with failures' }).click();
    await page.locator('.tick').last().click();
    expect(requests).toEqual([pathToFileURL(join(folder, 'report.html')).href]);
    expect(complaints).toEqual([]);
  });

  it('says the answer first', async () => {
    const { page } = await open();
    await expect(page.getByRole('heading', { level: 1 }).textContent()).resolves.toBe(result.headline);
    const box = await page.getByRole('heading', { level: 1 }).boundingBox();
    expect(box?.y).toBeLessThan(200);
  });

  it('shows the ledger row of a failure that is clicked', async () => {
    const { page } = await open();
    const trial = result.trials.find(
      ({ trial, failures }) => trial.role === 'comparison' && failures.length > 0,
    );
    const failure = trial?.failures.find(({ outcome }) => outcome === 'refused');
    const section = page.locator(`#trial-${trial?.trial.number ?? 0}`);
    await section.locator('.tick[aria-label*="refused"]').first().click();
    const cells = await section.locator('.rows tbody tr').first().locator('td').allTextContents();
    expect(cells.slice(0, 2)).toEqual([failure?.load, String(failure?.id)]);
    expect(cells).toContain('ECONNREFUSED');
    expect(cells).toContain(String(failure?.clientPort));
  });

  it('tells why a request failed: of the first at once, of any other when its number is chosen', async () => {
    const { page } = await open();
    const trial = result.trials.find(({ failures }) => failures.length > 50);
    await page.locator(`.chip[href="#trial-${trial?.trial.number ?? 0}"]`).click();
    const section = page.locator(`#trial-${trial?.trial.number ?? 0}`);
    await section
      .getByRole('button', { name: /^[2-9]\d* requests/ })
      .first()
      .click();
    const title = section.locator('.story .cause');
    const failureOf = async () => {
      const text = (await title.textContent()) ?? '';
      return trial?.failures.find(({ load, id }) => text.startsWith(`${load}-${id}: `));
    };
    const first = await failureOf();
    await expect(title.textContent()).resolves.toContain(first?.attribution.cause);
    await section.locator('.rows tbody tr').nth(1).getByRole('button').click();
    const second = await failureOf();
    expect(second?.id).not.toBe(first?.id);
    await expect(section.locator('.story').textContent()).resolves.toContain(second?.attribution.because);
  });

  it('does so for the keyboard too', async () => {
    const { page } = await open();
    const section = page.locator('details.trial[open]');
    await section.locator('.tick').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const second = await section.locator('.tick').nth(1).getAttribute('aria-label');
    await expect(section.locator('.rows-title').textContent()).resolves.toBe(second);
    await page.keyboard.press('Escape');
    await expect(section.locator('.rows').isHidden()).resolves.toBe(true);
    // One stop for Tab a timeline, wherever one has moved within it.
    await expect(section.locator('.tick[tabindex="0"]').count()).resolves.toBe(1);
  });

  it('says how many requests of a mark are in the CSV only', async () => {
    const { page } = await open();
    const trial = result.trials.find(({ trial }) => trial.strategy.name === 'app-drain-5');
    await page.locator(`.chip[href="#trial-${trial?.trial.number ?? 0}"]`).click();
    const section = page.locator(`#trial-${trial?.trial.number ?? 0}`);
    const label = /^[2-9]\d* requests/;
    await section.getByRole('button', { name: label }).first().click();
    const total = Number((await section.locator('.rows-title').textContent())?.split(' ')[0]);
    const shown = await section.locator('.rows tbody tr').count();
    expect(shown).toBeLessThan(total);
    const left = total - shown;
    await expect(section.locator('.rows > .muted').textContent()).resolves.toBe(
      `${left} more ${left === 1 ? 'is' : 'are'} in failures.csv only.`,
    );
  });

  it('opens the trial that a figure in the grid leads to', async () => {
    const { page } = await open();
    const last = result.trials.at(-1)?.trial.number ?? 0;
    await expect(page.locator(`#trial-${last}`).getAttribute('open')).resolves.toBeNull();
    await page.locator(`.chip[href="#trial-${last}"]`).click();
    await page.waitForFunction((id) => document.getElementById(id)?.hasAttribute('open'), `trial-${last}`);
  });

  it('leads by its address to the very request that was shown', async () => {
    const { page, complaints } = await open();
    const trial = result.trials.find(({ failures }) => failures.length > 50);
    const section = `#trial-${trial?.trial.number ?? 0}`;
    await page.locator(`.chip[href="${section}"]`).click();
    await page
      .locator(section)
      .getByRole('button', { name: /^[2-9]\d* requests/ })
      .first()
      .click();
    await page.locator(`${section} .rows tbody tr`).nth(1).getByRole('button').click();
    const told = await page.locator(`${section} .story .cause`).textContent();
    const { hash } = new URL(page.url());
    expect(hash).toMatch(new RegExp(`^${section}/[a-z-]+-\\d+$`));

    const again = await open(`report.html${hash}`);
    await expect(again.page.locator(`${section} .story .cause`).textContent()).resolves.toBe(told);
    await expect(again.page.locator(`${section} tr.told`).count()).resolves.toBe(1);
    const nowhere = await open('report.html#trial-1/%zz');
    expect([...complaints, ...again.complaints, ...nowhere.complaints]).toEqual([]);
  });

  it('shows the trials of a strategy, a verdict or a cause alone, and says how many they are', async () => {
    const { page } = await open();
    const shown = () => page.locator('details.trial:visible').count();
    const all = await shown();
    await page.getByRole('combobox', { name: 'Strategy' }).selectOption('sleep-2');
    const ofStrategy = result.trials.filter(({ trial }) => trial.strategy.name === 'sleep-2').length;
    await expect(shown()).resolves.toBe(ofStrategy);
    await expect(page.locator('output').textContent()).resolves.toBe(`${ofStrategy} of ${all} shown`);
    await page.getByRole('combobox', { name: 'Strategy' }).selectOption('all');
    await page.getByRole('combobox', { name: 'Cause' }).selectOption('listener-closed-still-routed');
    const ofCause = result.trials.filter(({ failures }) =>
      failures.some(({ attribution }) => attribution.cause === 'listener-closed-still-routed'),
    ).length;
    await expect(shown()).resolves.toBe(ofCause);
    expect(ofCause).toBeGreaterThan(0);
    expect(ofCause).toBeLessThan(all);
    await page.getByRole('combobox', { name: 'Cause' }).selectOption('all');
    await expect(shown()).resolves.toBe(all);
    await expect(page.locator('output').textContent()).resolves.toBe('');
  });

  it('copies the answer as Markdown, as it stands in summary.md', async () => {
    const { page } = await open('report.html', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.trim()).toBe(summaryMarkdown(result).trim());
  });

  it('offers the Markdown to be copied by hand where the clipboard is not ours', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));
    });
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    const field = page.getByRole('textbox', { name: 'The answer as Markdown' });
    await expect(field.inputValue()).resolves.toBe(summaryMarkdown(result));
  });

  it.each(['light', 'dark'] as const)('is readable in the %s scheme', async (colorScheme) => {
    const { page } = await open('report.html', { colorScheme });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(luminance(ground) < 0.2).toBe(colorScheme === 'dark');
    const pairs = await page.evaluate(() => {
      const solid = (element: Element | null): string => {
        for (let each = element; each !== null; each = each.parentElement) {
          const colour = getComputedStyle(each).backgroundColor;
          if (colour !== 'rgba(0, 0, 0, 0)') return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      const selectors =
        'h1, p, small, td, th, .badge, .tag, .chip, .muted, .answer, code, summary span, button';
      return [...document.querySelectorAll(selectors)].map((element) => ({
        what: `${element.tagName}.${element.getAttribute('class') ?? ''}`,
        text: getComputedStyle(element).color,
        ground: solid(element),
      }));
    });
    const weak = pairs.filter(({ text, ground: behind }) => contrast(text, behind) < 4.5);
    expect([...new Set(weak.map(({ what }) => what))]).toEqual([]);
    expect(pairs.length).toBeGreaterThan(200);
  });

  it('never scrolls sideways as a whole on a telephone', async () => {
    const { page } = await open('report.html', { viewport: { width: 360, height: 740 } });
    await page.getByRole('button', { name: 'Open those with failures' }).click();
    await page.locator('.tick').first().click();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(360);
  });

  it('cuts no table of the run at its edge on a screen of 1280 pixels, with every step of the budget seen', async () => {
    const steps = BUDGET_STEPS.map((step) => ({ step, count: 5, medianMs: 12_340, maxMs: 123_400 }));
    const wide = { ...result, budgets: result.budgets.map((budget) => ({ ...budget, steps })) };
    await writeFile(join(folder, 'wide.html'), reportHtml(wide));
    const { page } = await open('wide.html');
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('section > .scroll')].flatMap((region) =>
        region.scrollWidth > region.clientWidth ? [region.getAttribute('aria-label')] : [],
      ),
    );
    expect(cut).toEqual([]);
  });

  it('shows all its figures and timelines without JavaScript', async () => {
    const { page } = await open('report.html', { javaScriptEnabled: false });
    await expect(page.locator('svg.timeline').first().isVisible()).resolves.toBe(true);
    await expect(page.locator('table.strategies').isVisible()).resolves.toBe(true);
  });

  it('names every picture and every region for those who do not see it', async () => {
    const { page } = await open();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll('[role="img"], [role="group"], [role="button"], [role="region"]')]
        .filter((element) => (element.getAttribute('aria-label') ?? '') === '')
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(nameless).toEqual([]);
  });

  it('runs nothing that a server wrote into it', async () => {
    const { page, requests, complaints } = await open('hostile.html');
    await page.getByRole('button', { name: 'Open those with failures' }).click();
    await page.locator('.tick').first().click();
    await expect(page.locator('.rows tbody').first().textContent()).resolves.toContain('<img src=x');
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
  });
});

/** WCAG 2: relative luminance of a colour as the browser reports it. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 1, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}
