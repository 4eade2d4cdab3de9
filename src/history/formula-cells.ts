/** What a spreadsheet would run, or what was shielded from it. */
const FORMULA = /^'*[=+\-@\t\r]/;

/** A cell of a ledger for text that a server chose: a spreadsheet that opens the file must not run it. */
export function shieldFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text of such a cell. */
export function unshieldFormula(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
