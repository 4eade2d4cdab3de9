import { DISRUPTION_DEFAULTS, type Disruption } from '../../model/scenario.ts';

/**
 * Short name of a disruption, as tables and CSV files carry it, e.g. `delete-many-one-node`. It tells each from any
 * other: whatever parameter is not the default is in it.
 */
export function disruptionLabel(disruption: Disruption): string {
  switch (disruption.type) {
    case 'delete-many':
      return `delete-many-${disruption.pods}`;
    case 'scale-down':
      return `scale-down-to-${disruption.replicas}`;
    case 'delete-owner':
      return `delete-owner-${disruption.propagation}`;
    default:
      return [disruption.type, ...unusual(disruption)].join('-');
  }
}

function unusual(disruption: Disruption): readonly string[] {
  const { pods, container, maxUnavailable, retryForSeconds, afterMs }: AnyKind = disruption;
  const { pods: onePod, retryForSeconds: usualRetry, afterMs: usualDelay } = DISRUPTION_DEFAULTS;
  return [
    ...(pods === undefined || pods === onePod ? [] : [String(pods)]),
    ...(container === undefined ? [] : [`container-${container}`]),
    ...(maxUnavailable === undefined ? [] : [`budget-${maxUnavailable}`]),
    ...(retryForSeconds === undefined || retryForSeconds === usualRetry ? [] : [`retry-${retryForSeconds}s`]),
    ...(afterMs === undefined || afterMs === usualDelay ? [] : [`after-${afterMs}ms`]),
  ];
}

/** The parameters of all kinds. */
interface AnyKind {
  readonly type: string;
  readonly pods?: number | string | undefined;
  readonly container?: string | undefined;
  readonly maxUnavailable?: number | undefined;
  readonly retryForSeconds?: number | undefined;
  readonly afterMs?: number | undefined;
}

/** Whether a disruption so labelled kills containers of Pods that stay. */
export function killsContainers(label: string): boolean {
  return label.startsWith('kill-container');
}
