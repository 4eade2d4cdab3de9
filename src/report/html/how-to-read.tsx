import type { VNode } from 'preact';

/** The few rules that everything on the page follows. */
export function HowToRead(): VNode {
  return (
    <section aria-labelledby="reading">
      <h2 id="reading">How to read this</h2>
      <ul class="reading">
        <li>
          The unit is the <strong>trial</strong>: one disruption of one strategy. Requests inside a trial do
          not fail independently, so shares are shares of trials, with exact (Clopper–Pearson) bounds.
        </li>
        <li>
          A strategy <strong>passes</strong> when the one-sided 95 % upper bound of its failing trials is
          below the target, <strong>fails</strong> when the lower bound is above it, and is{' '}
          <strong>inconclusive</strong> between. <strong>Void</strong> means the measurement itself is not
          valid; it outweighs everything.
        </li>
        <li>Nothing seen is not nothing: 0 failing trials are printed with the share they leave possible.</li>
        <li>
          Latency counts from the moment a request was <em>meant</em> to be sent, of complete answers only;
          the figures are medians over trials of each trial’s percentile.
        </li>
        <li>
          Times on a timeline count from the disruption. A grey band leaves out a stretch in which nothing
          happened; its length stands in it. Steps closer than their uncertainty have no order (≈).
        </li>
        <li>
          Every failed request has one cause. <strong>Certain</strong>: it is proven to which Pod it was sent,
          and each fact that makes the cause was itself seen, in an order beyond the uncertainty.{' '}
          <strong>Likely</strong>: one link is inferred. <strong>Weak</strong>: more than one.{' '}
          <code>drainbench explain RUN_DIR REQUEST</code> tells the story of one.
        </li>
        <li>
          Everything shown is computed from the run directory: <code>requests-*.csv</code> and{' '}
          <code>events.ndjson</code> hold the raw record, <code>failures.csv</code> and{' '}
          <code>milestones.csv</code> all of what is shortened here.
        </li>
      </ul>
    </section>
  );
}
