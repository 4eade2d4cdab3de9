import { EXIT, type ExitCode } from '../model/exit-code.ts';
import type { Verdict } from '../model/verdict.ts';

/** The exit code that says a verdict. */
export const VERDICT_EXIT: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.pass,
  fail: EXIT.fail,
  inconclusive: EXIT.inconclusive,
  void: EXIT.void,
};
