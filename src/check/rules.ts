import type { CheckRule } from './check-rule.ts';
import { HOOK_RULES } from './rules/hook-rules.ts';
import { POD_RULES } from './rules/pod-rules.ts';
import { PROBE_RULES } from './rules/probe-rules.ts';
import { PROCESS_RULES } from './rules/process-rules.ts';
import { REPLICA_RULES } from './rules/replica-rules.ts';
import { ROLLOUT_RULES } from './rules/rollout-rules.ts';

/** All that `drainbench check` knows; a new rule is an entry in one of these. */
export const RULES: readonly CheckRule[] = [
  ...HOOK_RULES,
  ...PROCESS_RULES,
  ...PROBE_RULES,
  ...REPLICA_RULES,
  ...ROLLOUT_RULES,
  ...POD_RULES,
];
