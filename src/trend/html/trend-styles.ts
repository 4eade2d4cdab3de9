/** What the page of a history has besides the style sheet of the report. */
export const TREND_STYLES = `
.trend-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 14px; }
.trend-card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; min-width: 0; }
.trend-card h3 { margin: 0; overflow-wrap: anywhere; }
.trend-chart { width: 100%; height: auto; display: block; margin: 8px 0; background: var(--soft); border-radius: 4px; }
.trend-chart polyline { fill: none; stroke: var(--accent); stroke-width: 1.4; stroke-linejoin: round; }
.trend-chart circle { fill: var(--accent); }
.trend-chart .zero { stroke: var(--muted); stroke-width: 1.6; }
.trend-chart .change { stroke: var(--fail); stroke-width: 1.2; stroke-dasharray: 3 2; }
.trend-card dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px 10px; margin: 0; font-size: 12.5px; }
.trend-card dt { color: var(--muted); }
.trend-card dd { margin: 0; }
`;
