import type { ProcessFactsEvent } from '../../model/history-event.ts';
import { STOP_SIGNALS_OF_SERVERS } from '../../model/stop-signals-of-servers.ts';
import type { Finding } from '../../model/verdict.ts';
import { describeEnds } from '../milestones/container-ends.ts';
import { firstProcessFacts } from './preflight-processes.ts';
import type { JudgedTrial } from './judged-trial.ts';

type Input = Pick<JudgedTrial, 'events' | 'book' | 'ends'>;

/** The usual one, of which nothing has to be said. */
const USUAL = 'SIGTERM';

/**
 * Which stop signal a container really gets, where that is not SIGTERM (its image or its Pod says so), and whether it is
 * one on which its server ends at once.
 */
export function stopSignalFindings({ events, book, ends }: Input): readonly Finding[] {
  return [...firstProcessFacts(events, book).values()].flatMap((fact): readonly Finding[] => {
    const container = fact.containerName;
    const stops = ends.filter((end) => end.container === container && end.signalled !== undefined);
    const sent = stops[0]?.signalled;
    const signal = sent?.detail;
    if (sent === undefined || signal === undefined) return [];
    const eventIds = [fact.id, ...(sent.eventId === null ? [] : [sent.eventId])];
    const measured = describeEnds(stops);
    const then = measured === null ? '' : ` Measured: ${measured}.`;
    const server = STOP_SIGNALS_OF_SERVERS.get(programOf(fact));
    if (server?.atOnce.includes(signal) === true) {
      const message = `Container “${container}” is stopped by ${signal}, on which ${programOf(fact)} ends at once, whatever is under way; ${server.graceful} lets it finish (STOPSIGNAL of the image, or lifecycle.stopSignal).${then}`;
      return [{ code: 'preflight-stop-signal-abrupt', severity: 'warning', message, eventIds, container }];
    }
    if (signal === USUAL) return [];
    const message = `Container “${container}” is stopped by ${signal}, as its image or its Pod says.${then}`;
    return [{ code: 'preflight-stop-signal', severity: 'info', message, eventIds, container }];
  });
}

/** The name of the program that runs as process 1: `comm` is cut at 15 characters, and may be a thread's. */
function programOf({ comm, commandLine }: ProcessFactsEvent): string {
  // nginx and php-fpm write “nginx: master process …” over their command line.
  const program = commandLine[0]?.split('/').at(-1)?.split(/[:\s]/)[0] ?? '';
  return STOP_SIGNALS_OF_SERVERS.has(program) ? program : comm;
}
