import { Command } from 'commander';
import { runCommand, say, whole, writeFigures } from './command.ts';
import { compare } from './compare/compare.ts';
import type { Comparison } from './compare/comparison.ts';
import {
  bodiesTable,
  claimsTable,
  comparisonChart,
  comparisonTable,
  costsTable,
  killsTable,
  madeOn,
} from './compare/views.ts';

/** npm run compare: common patterns, queues and Lockstep, side by side, in one run. */
interface Options {
  repeat: number;
  orders: number;
  out?: string;
}

const FAILED = 1;
const ENDED_BY_CTRL_C = 130;

const command = new Command('npm run compare --')
  .description(
    'Sends the same webhooks through common patterns, queues and Lockstep, in turn, and compares them.',
  )
  .option('--repeat <n>', 'races per contender; medians are shown', whole(1, 99), 5)
  .option('--orders <n>', 'orders of the spread workload, with four events each', whole(100, 100_000), 1000)
  .option('--out <folder>', 'folder for table, figures and chart (default: .lockstep/load-tests/)')
  .action(run);

// The folders of servers are removed when this process exits. A signal without a handler ends it without that.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(ENDED_BY_CTRL_C));

await runCommand(command, FAILED);

async function run({ repeat, orders, out }: Options): Promise<void> {
  const typed = `npm run compare -- ${process.argv.slice(2).join(' ')}`.trim();
  const tables = [comparisonTable, bodiesTable, killsTable, costsTable, claimsTable];
  const onRound = (comparison: Comparison) => {
    say(`\n${[...tables, madeOn].map((show) => show(comparison)).join('\n\n')}`);
    say(`written to ${writeFigures('comparison', comparison, comparisonChart(comparison), out)}`);
  };
  await compare({ repeats: repeat, orders, command: typed, say, onRound });
}
