import type { Cure } from '../analyze/run-result.ts';

/** Whom it would have helped against what, and how, in one line. */
export function describeCure({ strategies, causes, connections, cure }: Cure): string {
  const where = `${connections.join(' and ')} connections`;
  return `${strategies.join(', ')}, ${where} (${causes.join(', ')}): ${cure}.`;
}
