import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { localMachine } from '../scripts/local/machine.ts';
import { STATE } from '../scripts/local/state.ts';
import { messageOf } from '../src/system/errors.ts';
import { whole } from './arguments.ts';
import { CASES, type Growth } from './growth/cases.ts';
import { measure, type Measured } from './growth/measure.ts';
import { growthChart, growthTable } from './growth/views.ts';

/** npm run growth: what an event costs when much waits, in partitions, of one order, of many shops. */
interface Options {
  share: number;
  out?: string;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

const command = new Command('npm run growth --')
  .description('Lets much wait, has one worker apply it, and shows what each event cost.')
  .option('--share <percent>', 'of the orders, for a quicker look', whole(1, 100), 100)
  .option('--out <folder>', 'where figures and chart go (default: .lockstep/load-tests/)')
  .action(run);

try {
  await command.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

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
  const folder = path.resolve(out ?? path.join(STATE, 'load-tests'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'growth.json'), `${JSON.stringify(growth, null, 2)}\n`);
  writeFileSync(path.join(folder, 'growth.svg'), growthChart(growth));
  say(`\n${growthTable(growth)}\n\nwritten to ${folder}`);
}
