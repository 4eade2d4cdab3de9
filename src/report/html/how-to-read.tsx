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
          A strategy <strong>loses</strong> when a request failed, is <strong>at risk</strong> when none did
          but a hazard was there that could have met one, and <strong>holds</strong> when every hazard was
          seen to be none, in every trial and beyond its uncertainty. One that would hold and is worse than
          another target of the scenario allows <strong>misses the target</strong>. Where a hazard could not
          be seen the bound of failing trials decides: <strong>bounded</strong> below the target, else{' '}
          <strong>unknown</strong>. <strong>Void</strong> means the measurement itself is not valid.
        </li>
        <li>
          The <strong>routing margin</strong> is for how long a Pod still listened when the last node had
          stopped sending to it, against the slowest deletion of the whole run. Below zero, connections are
          sent to a Pod that no longer listens, whether or not one was in this run.
        </li>
        <li>Nothing seen is not nothing: 0 failing trials are printed with the share they leave possible.</li>
        <li>
          Latency counts from the moment a request was <em>meant</em> to be sent, of complete answers and of
          what could not be sent because no connection was free; the figures are medians over trials of each
          trial’s percentile. <strong>≥</strong>: at least so much, for some requests never got an answer.{' '}
          <strong>No answer</strong>: the longest time without a good answer although one was wanted.
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
