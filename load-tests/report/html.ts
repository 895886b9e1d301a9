import { isKept, machineFigures, planFigures } from './figures.ts';
import { Markup, markup } from './markup.ts';
import { NOT_MEASURED } from './not-measured.ts';
import { countText } from './numbers.ts';
import type { LoadTestRun } from './run.ts';
import {
  answersOf,
  keyFiguresOf,
  latenciesOf,
  overTimeOf,
  pairsOf,
  promisesOf,
  verdictOf,
} from './sections.ts';
import { STYLE } from './style.ts';

/** No script and no external address: a report can be mailed, archived, and opened without a network. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A load test as one standalone page: the verdict first, then its proof, then the measurements. */
export function reportHtml(run: LoadTestRun): string {
  const title = `Flash sale rehearsal: ${countText(run.sent)} webhooks, promises ${isKept(run) ? 'kept' : 'broken'}`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>Flash sale rehearsal</h1>
<p class="quiet">${countText(run.sent)} webhooks, started <time datetime="${run.startedAt}">${run.startedAt}</time></p>
</header>
<main>
${verdictOf(run)}
${promisesOf(run.promises)}
${keyFiguresOf(run)}
${latenciesOf(run.ack, run.times)}
${overTimeOf(run.samples)}
${answersOf(run.answers)}
${pairsOf('The plan', planFigures(run.plan))}
${pairsOf('Machine and versions', machineFigures(run.machine))}
<h2>Command</h2>
<pre><code>${run.command}</code></pre>
<h2>What this does not measure</h2>
<ul>${NOT_MEASURED.map((text) => markup`<li>${text}</li>\n`)}</ul>
</main>
</body>
</html>
`.text;
}
