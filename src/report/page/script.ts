// The page's only script: shows the ledger rows of a chosen mark, moves between marks by keyboard, filters trials, copies
// the answer, and opens what a link leads to: a trial (#trial-4), or one of its requests (#trial-4/keep-alive-742). The
// page is complete without it but for these. It builds text nodes only, never markup.
'use strict';
(() => {
  type PageData = import('./page-data.d.ts').PageData;
  type TickRows = import('./page-data.d.ts').TickRows;
  type Story = import('./page-data.d.ts').Story;

  const data = JSON.parse(document.getElementById('ledger-rows')?.textContent ?? '') as PageData;

  function element<K extends keyof HTMLElementTagNameMap>(
    name: K,
    text?: string,
    className?: string,
  ): HTMLElementTagNameMap[K] {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className !== undefined) made.className = className;
    return made;
  }

  function trialOf(tick: Element): HTMLDetailsElement {
    return tick.closest<HTMLDetailsElement>('details.trial') as HTMLDetailsElement;
  }

  function panelOf(trial: HTMLDetailsElement): HTMLElement {
    return trial.querySelector<HTMLElement>('.rows') as HTMLElement;
  }

  function close(trial: HTMLDetailsElement): void {
    const panel = panelOf(trial);
    panel.hidden = true;
    panel.replaceChildren();
    for (const tick of trial.querySelectorAll('.tick.chosen')) tick.classList.remove('chosen');
  }

  function tell(
    place: HTMLElement,
    story: Story,
    body: HTMLTableSectionElement,
    line: HTMLTableRowElement,
  ): void {
    place.replaceChildren(element('p', story.title, 'cause'), element('p', story.because));
    const list = element('ol');
    for (const [when, what] of story.lines) {
      const item = element('li');
      item.append(element('span', when, 'when'), element('span', what));
      list.append(item);
    }
    place.append(list);
    if (story.missing !== '') place.append(element('p', `Missing: ${story.missing}`, 'muted'));
    for (const row of body.rows) row.classList.toggle('told', row === line);
  }

  /** Opens a mark, with the story of the request of this name, else that of its first. */
  function choose(tick: HTMLElement | SVGElement, name?: string): void {
    const trial = trialOf(tick);
    const chosen = data.trials[trial.id]?.[Number(tick.dataset['tick'])];
    if (chosen === undefined) return;
    close(trial);
    tick.classList.add('chosen');
    const panel = panelOf(trial);
    panel.append(element('p', tick.getAttribute('aria-label') ?? '', 'rows-title'));
    if (chosen.rows.length > 0) panel.append(...tableOf(trial.id, chosen, name));
    const left = chosen.total - chosen.rows.length;
    if (left > 0) {
      panel.append(element('p', `${left} more ${left === 1 ? 'is' : 'are'} in failures.csv only.`, 'muted'));
    }
    panel.hidden = false;
  }

  /** As the request is called by `drainbench explain`: the first two columns. */
  function nameOf([load, id]: readonly string[]): string {
    return `${load ?? ''}-${id ?? ''}`;
  }

  /** The story of the row that is chosen, and the rows. */
  function tableOf(trialId: string, { rows, stories }: TickRows, name?: string): readonly HTMLElement[] {
    const table = element('table');
    const head = table.createTHead().insertRow();
    for (const column of data.columns) {
      const cell = element('th', column);
      cell.scope = 'col';
      head.append(cell);
    }
    const body = table.createTBody();
    const place = element('div', undefined, 'story');
    const chosen = Math.max(
      0,
      rows.findIndex((row) => nameOf(row) === name),
    );
    rows.forEach((row, index) => {
      const line = body.insertRow();
      const story = stories[index];
      const show = (): void => {
        if (story === undefined) return;
        tell(place, story, body, line);
        history.replaceState(null, '', `#${trialId}/${encodeURIComponent(nameOf(row))}`);
      };
      row.forEach((text, column) => {
        const cell = element('td');
        if (column === 1 && story !== undefined) {
          const button = element('button', text);
          button.type = 'button';
          button.title = 'Why this one failed';
          button.addEventListener('click', show);
          cell.append(button);
        } else cell.textContent = text;
        line.append(cell);
      });
      if (index === chosen) show();
    });
    const scroll = element('div', undefined, 'scroll');
    scroll.tabIndex = 0;
    scroll.append(table);
    return [place, scroll];
  }

  function move(tick: SVGElement, step: number): void {
    const ticks = [...(tick.closest('svg')?.querySelectorAll<SVGElement>('.tick') ?? [])];
    const next = ticks[ticks.indexOf(tick) + step];
    if (next === undefined) return;
    tick.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  }

  function tickAt({ target }: Event): SVGElement | null {
    return target instanceof Element ? target.closest<SVGElement>('.tick') : null;
  }

  document.addEventListener('click', (event) => {
    const tick = tickAt(event);
    if (tick !== null) choose(tick);
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button === null) return;
    if (button.dataset['copy'] !== undefined) void copySummary(button);
    if (button.dataset['open'] === undefined) return;
    for (const trial of document.querySelectorAll<HTMLDetailsElement>('details.trial')) {
      const hasFailures = (data.trials[trial.id]?.length ?? 0) > 0;
      trial.open = button.dataset['open'] === 'failed' && hasFailures;
    }
  });

  document.addEventListener('keydown', (event) => {
    const tick = tickAt(event);
    if (tick === null) return;
    if (event.key === 'Enter' || event.key === ' ') choose(tick);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(tick, 1);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(tick, -1);
    else if (event.key === 'Escape') close(trialOf(tick));
    else return;
    event.preventDefault();
  });

  /** Shows the trials that have all that was chosen. */
  function filter(): void {
    const filters = [...document.querySelectorAll<HTMLSelectElement>('select[data-filter]')];
    const trials = [...document.querySelectorAll<HTMLDetailsElement>('details.trial')];
    for (const trial of trials) {
      trial.hidden = !filters.every(({ value, dataset }) => {
        const has = trial.dataset[dataset['filter'] ?? ''] ?? '';
        return value === '' || (dataset['filter'] === 'cause' ? has.split(' ') : [has]).includes(value);
      });
    }
    const shown = trials.filter(({ hidden }) => !hidden).length;
    const told = document.querySelector('output[data-shown]');
    if (told !== null) told.textContent = shown === trials.length ? '' : `${shown} of ${trials.length} shown`;
  }
  document.addEventListener('change', filter);

  /** A link that somebody typed may be none. */
  function decoded(text: string): string {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  /** Into the clipboard; where the browser does not let us, into a field from which it can be copied. */
  async function copySummary(button: HTMLButtonElement): Promise<void> {
    try {
      await navigator.clipboard.writeText(data.summary);
      button.textContent = 'Copied';
    } catch {
      const field = element('textarea');
      field.readOnly = true;
      field.value = data.summary;
      field.setAttribute('aria-label', 'The answer as Markdown');
      button.replaceWith(field);
      field.select();
    }
  }

  function openTarget(): void {
    const [anchor = '', name] = location.hash.slice(1).split('/').map(decoded);
    const target = document.getElementById(anchor);
    if (!(target instanceof HTMLDetailsElement)) return;
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
    if (name === undefined) return;
    const tick = data.trials[anchor]?.findIndex(({ rows }) => rows.some((row) => nameOf(row) === name)) ?? -1;
    const mark = target.querySelector<SVGElement>(`.tick[data-tick="${tick}"]`);
    if (mark === null) return;
    choose(mark, name);
    panelOf(target).scrollIntoView();
  }
  addEventListener('hashchange', openTarget);
  openTarget();
  for (const buttons of document.querySelectorAll<HTMLElement>('.buttons')) buttons.hidden = false;
})();
