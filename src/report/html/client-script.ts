/**
 * The page's only script, as it stands in the page: shows the ledger rows of a chosen mark, moves between marks by
 * keyboard, and opens the trial that a link leads to. The page is complete without it but for these. It builds text
 * nodes only, never markup. (Plain JavaScript in a string: it runs in the reader's browser, not in Node.)
 */
export const CLIENT_SCRIPT = `'use strict';
(() => {
  const data = JSON.parse(document.getElementById('ledger-rows').textContent);
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className !== undefined) made.className = className;
    return made;
  };

  const close = (trial) => {
    const panel = trial.querySelector('.rows');
    panel.hidden = true;
    panel.replaceChildren();
    for (const tick of trial.querySelectorAll('.tick.chosen')) tick.classList.remove('chosen');
  };

  const tell = (place, story, body, line) => {
    place.replaceChildren(element('p', story.title, 'cause'), element('p', story.because));
    const list = element('ol');
    for (const [when, what] of story.lines) {
      const item = element('li');
      item.append(element('span', when, 'when'), element('span', what));
      list.append(item);
    }
    place.append(list);
    if (story.missing !== '') place.append(element('p', 'Missing: ' + story.missing, 'muted'));
    for (const row of body.rows) row.classList.toggle('told', row === line);
  };

  const choose = (tick) => {
    const trial = tick.closest('details.trial');
    const { total, rows, stories } = data.trials[trial.id][Number(tick.dataset.tick)];
    close(trial);
    tick.classList.add('chosen');
    const panel = trial.querySelector('.rows');
    panel.append(element('p', tick.getAttribute('aria-label'), 'rows-title'));
    if (rows.length > 0) {
      const table = element('table');
      const head = table.createTHead().insertRow();
      for (const column of data.columns) {
        const cell = element('th', column);
        cell.scope = 'col';
        head.append(cell);
      }
      const body = table.createTBody();
      const story = element('div', undefined, 'story');
      rows.forEach((row, index) => {
        const line = body.insertRow();
        row.forEach((text, column) => {
          const cell = element('td');
          if (column === 1) {
            const button = element('button', text);
            button.type = 'button';
            button.title = 'Why this one failed';
            button.addEventListener('click', () => tell(story, stories[index], body, line));
            cell.append(button);
          } else cell.textContent = text;
          line.append(cell);
        });
      });
      const scroll = element('div', undefined, 'scroll');
      scroll.tabIndex = 0;
      scroll.append(table);
      panel.append(story, scroll);
      tell(story, stories[0], body, body.rows[0]);
    }
    if (rows.length < total) {
      panel.append(element('p', (total - rows.length) + (total - rows.length === 1 ? ' more is' : ' more are') + ' in failures.csv only.', 'muted'));
    }
    panel.hidden = false;
  };

  const move = (tick, step) => {
    const ticks = [...tick.closest('svg').querySelectorAll('.tick')];
    const next = ticks[ticks.indexOf(tick) + step];
    if (next === undefined) return;
    tick.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  };

  document.addEventListener('click', (event) => {
    const tick = event.target.closest('.tick');
    if (tick !== null) choose(tick);
    const button = event.target.closest('button[data-open]');
    if (button !== null) {
      for (const trial of document.querySelectorAll('details.trial')) {
        trial.open = button.dataset.open === 'failed' && data.trials[trial.id].length > 0;
      }
    }
  });

  document.addEventListener('keydown', (event) => {
    const tick = event.target.closest('.tick');
    if (tick === null) return;
    if (event.key === 'Enter' || event.key === ' ') choose(tick);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(tick, 1);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(tick, -1);
    else if (event.key === 'Escape') close(tick.closest('details.trial'));
    else return;
    event.preventDefault();
  });

  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target === null || target.tagName !== 'DETAILS') return;
    target.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', openTarget);
  openTarget();
  for (const buttons of document.querySelectorAll('.buttons')) buttons.hidden = false;
})();
`;
