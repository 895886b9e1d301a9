import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { STATE } from '../scripts/local/state.ts';
import { messageOf } from '../src/system/errors.ts';
import { whole } from './arguments.ts';
import { compare } from './compare/compare.ts';
import type { Comparison } from './compare/comparison.ts';
import { claimsTable, comparisonChart, comparisonTable, madeOn } from './compare/views.ts';

/** npm run compare: the patterns that people use today and Lockstep, side by side, in one run. */
interface Options {
  repeat: number;
  orders: number;
  out?: string;
}

const USAGE = 2;
const say = (line: string) => process.stdout.write(`${line}\n`);

const command = new Command('npm run compare --')
  .description(
    'Sends the same webhooks through the usual patterns and through Lockstep, in turn, and compares.',
  )
  .option('--repeat <n>', 'races of each; medians are shown', whole(1, 99), 5)
  .option('--orders <n>', 'orders of the spread workload, four events each', whole(100, 100_000), 2000)
  .option('--out <folder>', 'where table, figures and chart go (default: .lockstep/load-tests/)')
  .exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : USAGE))
  .action(run);

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

async function run({ repeat, orders, out }: Options): Promise<void> {
  const typed = `npm run compare -- ${process.argv.slice(2).join(' ')}`.trim();
  const comparison = await compare({ repeats: repeat, orders, command: typed, say });
  say(`\n${comparisonTable(comparison)}\n\n${claimsTable(comparison)}\n\n${madeOn(comparison)}`);
  say(`written to ${write(comparison, path.resolve(out ?? path.join(STATE, 'load-tests')))}`);
}

function write(comparison: Comparison, folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'comparison.json'), `${JSON.stringify(comparison, null, 2)}\n`);
  writeFileSync(path.join(folder, 'comparison.svg'), comparisonChart(comparison));
  return folder;
}
