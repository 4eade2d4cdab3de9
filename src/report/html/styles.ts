/**
 * The page's style sheet, as it stands in the page. Colours are named by what they mean; each pair of text and ground
 * has a contrast of at least 4.5 : 1 in both schemes. System fonts only: nothing is fetched.
 */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f8; --panel: #ffffff; --text: #17191c; --muted: #5a616a; --line: #e2e5e9; --soft: #eef0f3;
  --pass: #17733f; --fail: #b8233f; --inconclusive: #85590a; --void: #6a4a9e; --accent: #0a5bb5;
  --pass-soft: #e4f3ea; --fail-soft: #fbe7ea; --inconclusive-soft: #f8efd9; --void-soft: #efe9f8;
  --bar: #aab4c0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1114; --panel: #16191d; --text: #e7e9ec; --muted: #9aa2ac; --line: #2a2f36; --soft: #1f2329;
    --pass: #57c785; --fail: #ff8394; --inconclusive: #e0b04c; --void: #bba0f2; --accent: #74b6ff;
    --pass-soft: #14291d; --fail-soft: #331a1f; --inconclusive-soft: #2d2613; --void-soft: #251e36;
    --bar: #515a66;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 12px; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
header, main { max-width: 1200px; margin: 0 auto; padding: 0 24px; }
header { display: flex; flex-wrap: wrap; gap: 4px 18px; padding-top: 18px; padding-bottom: 14px; font-size: 13px; }
.brand { font-weight: 650; letter-spacing: 0.01em; }
.muted, small { color: var(--muted); }
small { display: block; font-size: 11.5px; font-weight: 400; line-height: 1.4; }
code { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
h1 { font-size: 27px; line-height: 1.25; font-weight: 640; letter-spacing: -0.012em; margin: 14px 0 10px; max-width: 34em; text-wrap: pretty; }
h2 { font-size: 17px; line-height: 1.3; font-weight: 640; letter-spacing: -0.005em; margin: 44px 0 12px; }
h3 { font-size: 14px; margin: 20px 0 8px; }
p { margin: 0 0 8px; }
.lead { color: var(--muted); max-width: 62em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }

.verdict { border-radius: 10px; padding: 22px 28px 20px; border: 1px solid var(--line); border-left-width: 6px; background: var(--panel); }
.verdict.pass { border-left-color: var(--pass); }
.verdict.fail { border-left-color: var(--fail); }
.verdict.inconclusive { border-left-color: var(--inconclusive); }
.verdict.void { border-left-color: var(--void); }
.verdict-line { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; }
.question { margin: 0; color: var(--muted); }
.recommendation { font-size: 16px; line-height: 1.5; max-width: 52em; margin: 0; text-wrap: pretty; }

.answers { list-style: none; margin: 12px 0 0; padding: 0; display: grid; gap: 6px; max-width: 62em; }
.tune dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 12px; margin: 14px 0 0; max-width: 70em; }
.tune dt { font-weight: 600; }
.tune dd { margin: 0; }
.tune pre { overflow-x: auto; margin: 12px 0 0; font-size: 13px; }
.answers li { display: grid; grid-template-columns: max-content 1fr; gap: 4px 10px; align-items: start; }
.badge { display: inline-flex; align-items: center; gap: 5px; padding: 1px 8px 1px 6px; border-radius: 20px; font-size: 12px; font-weight: 600; line-height: 18px; white-space: nowrap; }
.badge svg { width: 12px; height: 12px; fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.badge.large { font-size: 14px; line-height: 24px; padding: 1px 13px 1px 10px; text-transform: uppercase; letter-spacing: 0.06em; }
.badge.large svg { width: 15px; height: 15px; }
.badge.pass { color: var(--pass); background: var(--pass-soft); }
.badge.fail { color: var(--fail); background: var(--fail-soft); }
.badge.inconclusive { color: var(--inconclusive); background: var(--inconclusive-soft); }
.badge.void { color: var(--void); background: var(--void-soft); }

.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: baseline; padding: 7px 18px 7px 0; }
thead th { font-weight: 600; font-size: 12px; vertical-align: bottom; border-bottom: 1px solid var(--line); line-height: 1.35; }
tbody th { font-weight: 600; white-space: nowrap; }
th.number, td.number { text-align: right; }
td.number { white-space: nowrap; }
.number + :not(.number) { padding-left: 10px; }
tbody tr + tr > * { border-top: 1px solid var(--soft); }
section > .scroll, .controls, .facts, .trial, .reading { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
section > .scroll { padding: 8px 0 6px 18px; }

.strategies { min-width: 1010px; }
.strategies .standing { min-width: 172px; }
.load { white-space: nowrap; }
.latency > span { display: block; }
.strategies tbody { border-top: 1px solid var(--line); }
.strategies tbody:first-of-type { border-top: 0; }
.strategies tbody th { min-width: 150px; max-width: 240px; padding-right: 14px; white-space: normal; }
.strategies .name { font-size: 14px; margin-right: 7px; white-space: nowrap; }
.strategies th, .strategies td { padding-right: 13px; }
.strategies tbody.recommended th { box-shadow: inset 3px 0 0 var(--pass); padding-left: 12px; }
.tag { display: inline-block; font-size: 11px; font-weight: 600; line-height: 16px; padding: 0 6px; border-radius: 4px; background: var(--pass-soft); color: var(--pass); margin-right: 5px; }
.tag.quiet { background: var(--soft); color: var(--muted); }
.score { white-space: nowrap; }
.score .count { display: inline-block; min-width: 4.2em; font-weight: 600; }
.score .bound { display: block; margin-left: 0; font-size: 12px; color: var(--muted); }
.interval { width: 104px; height: 16px; vertical-align: -3px; overflow: visible; }
.interval .track { fill: var(--line); }
.interval .target { stroke: var(--text); stroke-width: 1; stroke-dasharray: 2 2; opacity: 0.65; }
.interval .band { opacity: 0.32; fill: var(--muted); }
.interval .seen { fill: var(--muted); stroke: var(--panel); stroke-width: 1.2; }
.interval.pass .band, .interval.pass .seen { fill: var(--pass); }
.interval.fail .band, .interval.fail .seen { fill: var(--fail); }
.interval.inconclusive .band, .interval.inconclusive .seen { fill: var(--inconclusive); }
.answer { font-weight: 600; }
.answer.better { color: var(--pass); }
.answer.worse { color: var(--fail); }
.answer.inconclusive { font-weight: 400; }

.controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 6px 32px; padding: 16px 18px 10px; }
.control { display: grid; grid-template-columns: 92px 1fr; align-items: start; }
.control .badge { justify-self: start; margin-top: 1px; }
.findings { list-style: none; margin: 10px 0; padding: 0; }
.findings li { padding: 5px 0 5px 12px; border-left: 3px solid var(--line); margin: 5px 0; max-width: 74em; }
.findings li.void { border-color: var(--void); }
.findings li.warning { border-color: var(--inconclusive); }
.findings code { color: var(--muted); white-space: nowrap; }
.findings .evidence { margin: 4px 0 0; font-size: 12px; color: var(--muted); white-space: pre-wrap; overflow-wrap: anywhere; }

.control .muted { font-weight: 400; }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 20px; }
.buttons { display: flex; gap: 8px; }
.buttons[hidden] { display: none; }
button { font: inherit; font-size: 12px; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; cursor: pointer; }
button:hover { border-color: var(--muted); }
.grid { width: auto; }
.grid th[scope="row"] { font-weight: 400; white-space: nowrap; padding-right: 28px; }
.grid td, .grid th.number { text-align: center; padding: 3px 12px 3px 0; white-space: nowrap; min-width: 62px; }
.grid tbody tr + tr > * { border-top: 0; }
.chip { display: inline-block; min-width: 38px; padding: 0 7px; border-radius: 4px; line-height: 20px; font-size: 12px; text-align: center; text-decoration: none; color: var(--muted); background: var(--soft); margin: 0 1px; }
.chip.failed { background: var(--fail-soft); color: var(--fail); font-weight: 650; }
.chip.void { background: var(--void-soft); color: var(--void); font-weight: 650; }
.chip:hover { box-shadow: inset 0 0 0 1px currentColor; }

.trial { margin-top: 8px; }
section > .scroll + .trial { margin-top: 16px; }
.trial > summary { display: grid; grid-template-columns: 44px minmax(200px, 1fr) auto 112px; gap: 0 12px; align-items: baseline; padding: 8px 18px 8px 14px; cursor: pointer; list-style: none; }
.trial > summary::-webkit-details-marker { display: none; }
.trial > summary .number { color: var(--muted); white-space: nowrap; }
.trial > summary .number::before { content: ""; display: inline-block; width: 6px; height: 6px; margin-right: 9px; border-right: 1.5px solid var(--muted); border-bottom: 1.5px solid var(--muted); transform: rotate(-45deg); vertical-align: 2px; }
.trial[open] > summary .number::before { transform: rotate(45deg); vertical-align: 3px; }
.trial > summary .outcome { color: var(--muted); font-size: 13px; text-align: right; }
.trial > summary .badge { justify-self: end; }
.trial[open] > summary { border-bottom: 1px solid var(--line); }
.trial .body { padding: 10px 18px 12px; }
.loads { margin-bottom: 14px; min-width: 900px; }
.trial .body > p { margin-top: 10px; }
.hint { color: var(--muted); font-size: 12.5px; margin: 10px 0 6px; }
.more > summary { cursor: pointer; color: var(--accent); font-size: 13px; margin: 8px 0; width: fit-content; }
.milestones { min-width: 880px; font-size: 12.5px; }
.milestones th, .milestones td { padding-top: 4px; padding-bottom: 4px; }
.milestones .name { font-size: 12px; }
abbr { text-decoration: none; cursor: help; color: var(--inconclusive); font-weight: 600; }

.timeline, .strip { display: block; width: 100%; min-width: 860px; height: auto; overflow: visible; }
.timeline text, .strip text { font-size: 11px; fill: var(--text); }
.timeline .axis text, .strip text { fill: var(--muted); }
.contracts .broken { color: var(--fail); font-weight: 600; }
.timeline .muted, .strip .muted { fill: var(--muted); }
.row-label { font-size: 11.5px; }
.strip .row-label { fill: var(--text); }
.timeline .row .row-label { fill: var(--muted); }
.lane .count { font-weight: 650; fill: var(--fail); }
.rule { stroke: var(--muted); stroke-width: 1; opacity: 0.6; }
.tick-rule, .lane-rule { stroke: var(--line); stroke-width: 1; }
.axis .break { fill: var(--soft); }
.timeline .axis .break-label { font-size: 10.5px; }
.timeline .caption, .strip .caption { font-size: 10.5px; fill: var(--muted); }
.timeline { margin-top: 14px; }
.guide { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 3 3; opacity: 0.7; }
.guide.delete-requested { stroke: var(--accent); stroke-dasharray: none; opacity: 1; stroke-width: 1.4; }
.timeline .row text { paint-order: stroke; stroke: var(--panel); stroke-width: 3px; stroke-linejoin: round; }
.row circle { fill: var(--panel); stroke: var(--accent); stroke-width: 1.8; }
.row .whisker { stroke: var(--accent); stroke-width: 1.2; opacity: 0.5; }
.tick { cursor: pointer; }
.tick .hit { fill: transparent; }
.tick .mark { fill: var(--fail); }
.tick:hover .mark, .tick.chosen .mark, .tick:focus .mark { fill: var(--text); stroke: var(--text); stroke-width: 2; }
.tick:focus { outline: none; }
.tick:focus-visible .hit { stroke: var(--accent); stroke-width: 1.6; }
.strip .ok { fill: var(--bar); }
.strip .failed { fill: var(--fail); }
.strip .held-up { fill: var(--fail-soft); stroke: var(--fail); stroke-width: 0.6; }
.strip .latency { fill: none; stroke: var(--muted); stroke-width: 1.3; stroke-linejoin: round; }
.rows { border: 1px solid var(--line); border-left: 3px solid var(--fail); border-radius: 6px; padding: 9px 14px; margin: 6px 0 12px; }
.rows .rows-title { font-weight: 600; margin-bottom: 4px; }
.rows table { font-size: 12px; min-width: 980px; }
.rows td { white-space: nowrap; }
.rows .muted { margin: 6px 0 0; }

.rows td button { padding: 0 7px; font-variant-numeric: tabular-nums; }
.rows tr.told > td { background: var(--soft); }
.story { border-bottom: 1px solid var(--line); margin-bottom: 6px; padding-bottom: 6px; }
.story .cause { font-weight: 600; color: var(--fail); margin-bottom: 2px; }
.story ol { list-style: none; margin: 4px 0; padding: 0; font-size: 12.5px; }
.story li { display: grid; grid-template-columns: 92px 1fr; gap: 12px; }
.story .when { text-align: right; color: var(--muted); white-space: nowrap; }
.causes { list-style: none; margin: 0; padding: 0; min-width: 130px; max-width: 220px; }
.causes li { display: grid; grid-template-columns: minmax(22px, max-content) 1fr; gap: 7px; font-size: 12.5px; line-height: 1.35; padding: 1px 0; }
.causes .count { text-align: right; font-weight: 600; }
.causes .share { display: block; width: 100%; max-width: 110px; height: 3px; margin-top: 2px; }
.causes .fault { fill: var(--fail); }
.causes .outside { fill: var(--bar); }
.budget { min-width: 900px; }
.gap { font-weight: 600; white-space: nowrap; }
.gap.safe { color: var(--pass); }
.gap.unsafe { color: var(--fail); }
.gap.unclear { color: var(--inconclusive); }

.facts { padding: 12px 18px; margin: 0; }
.facts > div { display: grid; grid-template-columns: 110px 1fr; gap: 12px; padding: 3px 0; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.reading { padding: 12px 18px 12px 34px; margin: 0 0 56px; }
.reading li { margin: 4px 0; max-width: 74em; }

@media (max-width: 760px) {
  header, main { padding-left: 14px; padding-right: 14px; }
  .verdict { padding: 16px 16px 16px 18px; }
  h1 { font-size: 21px; }
  .recommendation { font-size: 15px; }
  section > .scroll { padding-left: 14px; }
  .trial > summary { grid-template-columns: 40px 1fr auto; padding-left: 10px; padding-right: 12px; }
  .trial > summary .outcome { grid-column: 2 / -1; grid-row: 2; text-align: left; }
  .trial .body { padding-left: 12px; padding-right: 12px; }
  .facts > div { grid-template-columns: 1fr; gap: 0; padding: 5px 0; }
}
@media print {
  :root { --ground: #fff; }
  body { font-size: 11px; }
  header, main { max-width: none; padding-left: 0; padding-right: 0; }
  .buttons, .hint { display: none; }
  .scroll { overflow: visible; }
  .strategies, .budget, .loads, .milestones, .timeline, .strip, .rows table { min-width: 0; }
  table { font-size: 9.5px; }
  .verdict, .control, .strategies tbody, svg { break-inside: avoid; }
  h2 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
