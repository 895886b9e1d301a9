import { barChart } from './bar-chart.ts';
import { answerFigures, isKept, keyFigures, latencyFigures, timesFigures, type Figure } from './figures.ts';
import { latencyBars } from './latency-bars.ts';
import { lineChart } from './line-chart.ts';
import { Markup, markup } from './markup.ts';
import { countText, figureText } from './numbers.ts';
import { chartsOverTime } from './over-time.ts';
import type { Latencies, LoadTestRun, PromiseKept, Sample } from './run.ts';

/** The report's parts, one function each. */
const WIDE = 860;
const NARROW = 360;

const CORRECTED =
  'Corrected for coordinated omission: each time is measured from when its webhook was due, so webhooks that had to wait behind a stall count with their whole wait.';
const NOT_CORRECTED =
  'Not corrected for coordinated omission: each time is measured from when its webhook was sent. A stall that kept the client from sending counts once, not for every webhook that waited behind it.';

export function verdictOf(run: LoadTestRun): Markup {
  const kept = isKept(run);
  return markup`<p class="verdict ${kept ? 'kept' : 'broken'}"><b>${kept ? '✓ kept' : '✗ broken'}</b> ${run.verdict.sentence}</p>`;
}

export function promisesOf(promises: readonly PromiseKept[]): Markup {
  const rows = promises.map(
    ({ id, claim, kept, figures }) =>
      markup`<tr class="${kept ? 'kept' : 'broken'}"><th scope="row">${id}</th><td class="state">${kept ? '✓ kept' : '✗ broken'}</td><td class="claim">${claim}</td><td class="counted">${figures}</td></tr>
`,
  );
  return markup`<h2>The promises</h2>
<table class="stacked"><thead><tr><th scope="col">promise</th><th scope="col">verdict</th><th scope="col">claim</th><th scope="col">what was counted</th></tr></thead>
<tbody>
${rows}</tbody></table>`;
}

export function keyFiguresOf(run: LoadTestRun): Markup {
  return markup`<h2>Key figures</h2>
<dl class="figures">${keyFigures(run).map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

export function latenciesOf(ack: Latencies, times: LoadTestRun['times']): Markup {
  const bars = latencyBars(ack);
  return markup`<h2>Latencies</h2>
<h3>From webhook to acknowledgement</h3>
<p>${ack.corrected ? CORRECTED : NOT_CORRECTED}</p>
${tableOf(['percentile', 'acknowledged within'], latencyFigures(ack))}
${bars.length > 0 ? figureOf((width) => barChart({ title: 'Acknowledged within', unit: 'webhooks', bars, width })) : []}
<h3>In the workers</h3>
<p class="quiet">Percentiles are upper bounds: they come from histogram buckets.</p>
${tableOf(
  ['time', 'count', 'mean', 'p50', 'p99'],
  Object.entries(times).map(([name, each]) => [name, ...timesFigures(each)]),
)}`;
}

export function overTimeOf(samples: readonly Sample[]): Markup {
  const head = ['second', 'sent', 'acked', 'applied', 'waiting', 'ack p50', 'ack p99', 'lock held', 'commit'];
  const rows = samples.map((each) => [
    ...[each.second, each.sent, each.acked, each.applied, each.waiting].map(countText),
    ...[each.ackP50Ms, each.ackP99Ms, each.lockHeldMs, each.commitMs].map(figureText),
  ]);
  return markup`<h2>Over time</h2>
${chartsOverTime(samples).map((chart) => figureOf((width) => lineChart({ ...chart, width })))}
<details><summary>Every second as a table (times in ms)</summary>
${tableOf(head, rows)}
</details>`;
}

export function answersOf(answers: LoadTestRun['answers']): Markup {
  return markup`<h2>Answers</h2>
${tableOf(['answer', 'webhooks', 'share'], answerFigures(answers))}`;
}

export function pairsOf(heading: string, figures: readonly Figure[]): Markup {
  return markup`<h2>${heading}</h2>
<table class="pairs"><tbody>
${figures.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`)}</tbody></table>`;
}

/** Each row begins with its name. Scrolls on its own if the screen is narrow, also by keyboard. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  const body = rows.map(
    ([name = '', ...cells]) =>
      markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`,
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${head.join(', ')}"><table class="numbers">
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

/** Drawn twice, with only one shown: text in a chart that is squeezed to a phone's width is unreadable. */
function figureOf(draw: (width: number) => string): Markup {
  return markup`<figure><div class="wide">${new Markup(draw(WIDE))}</div><div class="narrow">${new Markup(draw(NARROW))}</div></figure>
`;
}
