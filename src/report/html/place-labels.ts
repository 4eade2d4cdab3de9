export interface Label {
  /** Where the marker stands. */
  readonly x: number;
  readonly text: string;
}

export interface PlacedLabel extends Label {
  /** 0 is the first line of the row. */
  readonly line: number;
  /** The text begins right of its marker, or ends left of it where there is no room. */
  readonly anchor: 'start' | 'end';
}

/** Average width of a character at the label's size; a little generous, so that labels never touch. */
const CHARACTER_WIDTH = 6.3;
const MARKER_GAP = 7;
const LABEL_GAP = 12;

/** Puts labels on as few lines as possible without overlap. Labels come in the order of x and keep it. */
export function placeLabels(labels: readonly Label[], right: number): readonly PlacedLabel[] {
  const lines: { from: number; to: number }[][] = [];
  return labels.map((label) => {
    const width = label.text.length * CHARACTER_WIDTH + MARKER_GAP;
    const anchor = label.x + width > right ? 'end' : 'start';
    const from = anchor === 'start' ? label.x - 4 : label.x - width;
    const to = anchor === 'start' ? label.x + width : label.x + 4;
    let line = lines.findIndex((taken) =>
      taken.every((span) => to + LABEL_GAP <= span.from || span.to + LABEL_GAP <= from),
    );
    if (line === -1) line = lines.push([]) - 1;
    lines[line]?.push({ from, to });
    return { ...label, line, anchor };
  });
}
