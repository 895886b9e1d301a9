import { Command } from 'commander';
import { localMachine } from '../testkit/local/machine.ts';
import { runCommand, say, whole, writeFigures } from './command.ts';
import { besideADeadDestination, commitsThatSetOffEffects } from './effects/applying.ts';
import { rateOverPublishers, urgentAmong } from './effects/limits.ts';
import { speed } from './effects/speed.ts';
import { effectsTable, type Effects } from './effects/views.ts';

/** npm run effects: how fast effects are sent, whether limits hold, and what they cost the orders. */
interface Options {
  effects: number;
  waiting: number;
  seconds: number;
  out?: string;
}

const FAILED = 1;
const URGENT_ONES = 5;

const command = new Command('npm run effects --')
  .description('Sends effects to destinations on this machine, and measures what they cost.')
  .option('--effects <n>', 'effects that wait before the first is sent', whole(100, 100_000), 10_000)
  .option('--waiting <n>', 'low effects that wait beside an urgent one', whole(100, 100_000), 10_000)
  .option('--seconds <n>', 'how long the rate is measured', whole(5, 3600), 60)
  .option('--out <folder>', 'folder for figures (default: .lockstep/load-tests/)')
  .action(run);

await runCommand(command, FAILED);

async function run({ effects, waiting, seconds, out }: Options): Promise<void> {
  const startedAt = new Date().toISOString();
  const figures: Effects = {
    startedAt,
    machine: localMachine(),
    speeds: [
      await said(speed('5 ms sink, whole orders, one publisher', { effects, publishers: 1 })),
      await said(speed('5 ms sink, whole orders, two publishers', { effects, publishers: 2 })),
      await said(speed('the same, orders without bodies', { effects, publishers: 2, ORDER_BODY: 'none' })),
    ],
    rate: await said(rateOverPublishers(seconds)),
    urgent: await said(urgentAmong(waiting, URGENT_ONES)),
    applying: [await said(besideADeadDestination()), await said(commitsThatSetOffEffects())],
  };
  const folder = writeFigures('effects', figures, null, out);
  say(`\n${effectsTable(figures)}\n\nwritten to ${folder}`);
}

async function said<Measured>(measuring: Promise<Measured>): Promise<Measured> {
  const measured = await measuring;
  say(JSON.stringify(measured));
  return measured;
}
