import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { FOLDER, runCommand, say, whole } from './command.ts';
import { reportHtml } from './report/html.ts';
import type { LoadTestRun } from './report/run.ts';
import { reportTable } from './report/table.ts';
import { planSale, TOPICS, type Sale, type TopicName } from './sale/plan.ts';
import { progressTo } from './sale/progress.ts';
import { runSale } from './sale/run-sale.ts';
import { openTarget } from './sale/target.ts';

/** npm run flash-sale: a sale's webhooks, as Shopify sends them, and the proof that nothing was lost. */
interface Options {
  orders: number;
  rate?: number;
  max?: boolean;
  connections?: number;
  shops: number;
  dup: number;
  shuffle: number;
  topics: TopicName[];
  workers: number;
  seed: number;
  url?: string;
  really?: string;
  report?: string;
}

const DEFAULT_RATE = 500;
/** Sent before the sale, as fast as answers come, and not counted: it brings the programs up to speed. */
const WARM_UP_ORDERS = 1000;
const CONNECTIONS = 50;
/** At a rate, each connection sends one webhook per second, and does not wait for the others. */
const MOST_CONNECTIONS = 1000;
const BROKEN = 1;
/** Nothing was measured, so no promise was broken. */
const NOT_RUN = 2;

const command = new Command('npm run flash-sale --')
  .description(
    'Sends the webhooks of a flash sale, and proves that each was applied exactly once, one worker at a time, in sequence.',
  )
  .option('--orders <n>', 'orders in the sale', whole(1, 1_000_000), 15_000)
  .option(
    '--rate <n>',
    `webhooks per second, regardless of the answers (default: ${DEFAULT_RATE})`,
    whole(1, 100_000),
  )
  .option('--max', 'as fast as answers come, instead of at a rate')
  .option(
    '--connections <n>',
    `HTTP connections (default: with --max ${CONNECTIONS}, else one per webhook a second, at most ${MOST_CONNECTIONS})`,
    whole(1, 10_000),
  )
  .option('--shops <n>', 'shops that sell', whole(1, 100_000), 1)
  .option('--dup <percent>', 'percentage of webhooks that are sent twice', whole(0, 100), 5)
  .option('--shuffle <percent>', 'percentage of webhooks that are sent out of order', whole(0, 100), 20)
  .option('--topics <list>', `topics of each order: ${Object.keys(TOPICS).join(',')}`, topicsArgument, [
    'create',
    'transaction',
    'paid',
    'updated',
  ])
  .option('--workers <n>', 'workers to start', whole(1, 16), 1)
  .option('--seed <n>', 'seed; another number makes another sale', whole(0, 2 ** 31), 1)
  .option('--url <url>', 'a running Lockstep on this machine, instead of one started for the test')
  .option('--really <url>', 'the same URL again, if it is not on this machine')
  .option('--report <file.html>', 'file for the report (default: in .lockstep/load-tests/)')
  .action(flashSale);

await runCommand(command, NOT_RUN);

async function flashSale(options: Options): Promise<void> {
  if (options.max && options.rate !== undefined) throw new Error('--max or --rate, not both');
  const rate = options.max ? null : (options.rate ?? DEFAULT_RATE);
  const target = await openTarget(options);
  try {
    const id = Date.now().toString(36);
    const sale = planSale({ ...options, id });
    const warmUp = planSale({
      ...options,
      id: `${id}-warm-up`,
      orders: Math.min(WARM_UP_ORDERS, options.orders),
    });
    sayPlan(sale);
    const connections = Math.min(options.connections ?? defaultConnections(rate), sale.deliveries.length);
    const typed = `npm run flash-sale -- ${process.argv.slice(2).join(' ')}`.trim();
    const sending = { url: target.ingestUrl, secret: target.secret, connections, rate };
    const run = await runSale(
      { sale, warmUp },
      target,
      sending,
      typed,
      progressTo(process.stdout, sale.deliveries.length),
    );
    const file = writeReport(run, options.report);
    say(`\n\n${reportTable(run)}\n\nreport: ${file}`);
    process.exitCode = run.promises.every(({ kept }) => kept) ? 0 : BROKEN;
  } finally {
    await target.close();
  }
}

function defaultConnections(rate: number | null): number {
  return rate === null ? CONNECTIONS : Math.min(Math.max(rate, CONNECTIONS), MOST_CONNECTIONS);
}

function sayPlan({ figures }: Sale): void {
  const { orders, shops, events, duplicates, shuffled, topics, bodyBytes } = figures;
  const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  say(
    `${orders} orders of ${shops} shop${shops === 1 ? '' : 's'}: ${events} events (${topics.join(', ')}), ${duplicates} of them twice, ${shuffled} out of order`,
  );
  say(
    `bodies: ${kB(bodyBytes.smallest)} to ${kB(bodyBytes.largest)}, half under ${kB(bodyBytes.p50)}, nine in ten under ${kB(bodyBytes.p90)}, mean ${kB(bodyBytes.mean)}`,
  );
}

/** HTML for people, and JSON for programs. */
function writeReport(run: LoadTestRun, chosen: string | undefined): string {
  const stamp = run.startedAt.replaceAll(':', '-').slice(0, 19);
  const file = path.resolve(chosen ?? path.join(FOLDER, `flash-sale-${stamp}.html`));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, reportHtml(run));
  writeFileSync(`${file.replace(/\.html$/, '')}.json`, `${JSON.stringify(run, null, 2)}\n`);
  return file;
}

function topicsArgument(text: string): TopicName[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !Object.hasOwn(TOPICS, name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `unknown topics ${unknown.join(', ')}; known: ${Object.keys(TOPICS).join(', ')}`,
    );
  return Object.keys(TOPICS).filter((name) => names.includes(name)) as TopicName[];
}
