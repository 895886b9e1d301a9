import { Command } from 'commander';
import { localMachine } from '../testkit/local/machine.ts';
import { runCommand, say, whole, writeFigures } from './command.ts';
import { CASES, type Growth } from './growth/cases.ts';
import { measure, type Measured } from './growth/measure.ts';
import { growthChart, growthTable } from './growth/views.ts';

/**
 * npm run growth: what an event costs with a large backlog, with partitions, for one order, and for many
 * shops.
 */
interface Options {
  share: number;
  out?: string;
}

const FAILED = 1;

const command = new Command('npm run growth --')
  .description('Builds a backlog, has one worker apply it, and shows the cost of each event.')
  .option('--share <percent>', 'percentage of the orders, for a quicker run', whole(1, 100), 100)
  .option('--out <folder>', 'folder for figures and chart (default: .lockstep/load-tests/)')
  .action(run);

await runCommand(command, FAILED);

async function run({ share, out }: Options): Promise<void> {
  const startedAt = new Date().toISOString();
  const cases: Measured[] = [];
  for (const each of CASES) {
    const orders = Math.max(1, Math.round((each.orders * share) / 100));
    const measured = await measure({ ...each, orders });
    cases.push(measured);
    say(`${each.name}: ${measured.events} events, ${measured.applyMicros.toFixed(0)} µs each to apply`);
  }
  const growth: Growth = { startedAt, machine: localMachine(), cases };
  const folder = writeFigures('growth', growth, growthChart(growth), out);
  say(`\n${growthTable(growth)}\n\nwritten to ${folder}`);
}
