import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/system/errors.ts';
import { dataFolder } from '../testkit/local/data-folder.ts';
import { startMongo } from '../testkit/local/mongo.ts';
import { startRedis } from '../testkit/local/redis.ts';
import type { PlantedFault } from '../testkit/planted-faults/fault.ts';
import { ProjectCopy } from '../testkit/planted-faults/project-copy.ts';
import { runTests, type Ran, type TestRunning } from '../testkit/planted-faults/run-tests.ts';
import { FAULTS } from '../testkit/planted-faults/table.ts';

/**
 * npm run planted-faults [-- --only <name>] [-- --seed <number>]
 * Do the tests notice? Plants one fault after another in a copy of the project, and runs the tests that
 * should notice. Fails if a fault survives, if a row no longer matches its file, if a change does not
 * compile, and if the tests fail without the fault: so a failing test means the fault and nothing else.
 */
const BASELINE_LIMIT_MS = 300_000;
const FAULT_LIMIT_MS = 300_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

try {
  process.exit((await main()) ? 0 : 1);
} catch (error) {
  process.stderr.write(`${stop.signal.aborted ? 'stopped' : messageOf(error)}\n`);
  process.exit(1);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, seed: { type: 'string' } } });
  const faults = FAULTS.filter(({ name }) => name === (values.only ?? name));
  if (faults.length === 0)
    throw new Error(`unknown fault ${values.only}; known:\n${FAULTS.map(({ name }) => name).join('\n')}`);
  const seed = values.seed ?? String(Math.floor(Math.random() * 1e9));
  if (!/^\d+$/.test(seed)) throw new Error(`--seed ${seed}: not a whole number`);
  const copy = new ProjectCopy();
  try {
    say(`faults: ${faults.length}, seed: ${seed}`);
    refuse(copy.problemsOf(faults));
    refuse(copy.compilerSays(faults));
    return await withServers((env) =>
      plantAll(faults, copy, { folder: copy.folder, env: { ...env, SEED: seed }, signal: stop.signal }),
    );
  } finally {
    copy.remove();
  }
}

function refuse(problems: string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** One Redis and one MongoDB for all runs; every test file has its own namespace in them. */
async function withServers<Answer>(run: (env: Record<string, string>) => Promise<Answer>): Promise<Answer> {
  const folder = dataFolder('lockstep-planted-servers');
  try {
    const [redis, mongo] = await Promise.all([startRedis(`${folder}/redis`), startMongo(`${folder}/mongo`)]);
    try {
      return await run({ LOCKSTEP_TEST_REDIS: redis.url, LOCKSTEP_TEST_MONGO: mongo.uri });
    } finally {
      await Promise.all([redis.stop(), mongo.stop()]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function plantAll(
  faults: readonly PlantedFault[],
  copy: ProjectCopy,
  running: TestRunning,
): Promise<boolean> {
  stop.signal.throwIfAborted();
  const tests = [...new Set(faults.flatMap((fault) => fault.tests))];
  const unchanged = await runTests({ tests }, BASELINE_LIMIT_MS, running);
  stop.signal.throwIfAborted();
  if (unchanged.outcome === 'failed')
    throw new Error(`these tests fail without a fault:\n${unchanged.tests.join('\n')}`);
  if (unchanged.outcome === 'broken')
    throw new Error(`the tests do not run without a fault: ${unchanged.because}`);
  say(`test files that pass without a fault: ${tests.length}\n`);

  const print = tableOf(faults);
  print('promise', 'fault', 'file', 'seconds', 'noticed by');
  let noticed = 0;
  for (const fault of faults) {
    const began = performance.now();
    const ran = await copy.having(fault, () => runTests(fault, FAULT_LIMIT_MS, running));
    stop.signal.throwIfAborted();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    print(fault.promise, fault.name, `src/${fault.file}`, seconds, outcomeOf(ran, fault));
    if (ran.outcome === 'failed') noticed += 1;
  }
  say(`\n${noticed} of ${faults.length} noticed`);
  return noticed === faults.length;
}

function outcomeOf(ran: Ran, { promise, tests }: PlantedFault): string {
  if (ran.outcome === 'passed') return `NOT NOTICED by ${tests.join(', ')}`;
  if (ran.outcome === 'broken') return `NOT NOTICED: the tests could not run: ${ran.because}`;
  // A test that cites the promise is the most informative.
  const [first] = ran.tests.toSorted((a, b) => Number(b.includes(promise)) - Number(a.includes(promise)));
  return ran.tests.length === 1 ? String(first) : `${first} (and ${ran.tests.length - 1} more)`;
}

/** Prints lines in columns, each as wide as its widest cell. */
function tableOf(faults: readonly PlantedFault[]): (...cells: string[]) => void {
  const widest = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const widths = [
    'promise'.length,
    widest(faults.map(({ name }) => name)),
    widest(faults.map(({ file }) => `src/${file}`)),
    'seconds'.length,
  ];
  return (...cells) => say(cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
}
