import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import type { Connection, mongo } from 'mongoose';
import { questionsAbout, SUBJECT, type Question } from '../testkit/documents/questions.ts';
import { localMachine } from '../testkit/local/machine.ts';
import { startMongo } from '../testkit/local/mongo.ts';
import { collectionsOf, prepareCollections } from '../src/persist/collections.ts';
import { mongoReady, openMongo } from '../src/system/connections.ts';
import { runCommand, say, whole, writeFigures } from './command.ts';
import { median } from './compare/comparison.ts';
import { ask, indexesUsed, usesItsIndexes } from './questions/ask.ts';
import { seedOrders, type Amounts } from './questions/seed.ts';
import { questionsTable, type AskedQuestion, type QuestionsRun } from './questions/views.ts';

/**
 * npm run questions: how long the queries of docs/data.md take among 100,000 orders, and that each uses its indexes.
 * With MONGODB_URI, in a separate database there, which is dropped at the end; otherwise in a separate MongoDB.
 */
interface Options extends Amounts {
  times: number;
  out?: string;
}

const FAILED = 1;

const command = new Command('npm run questions --')
  .description('Fills MongoDB with orders, and runs the queries of docs/data.md.')
  .option('--orders <n>', 'orders in twelve months', whole(500, 1_000_000), 100_000)
  .option('--shops <n>', 'shops', whole(2, 1000), 4)
  .option('--times <n>', 'how often to ask each question', whole(1, 1000), 20)
  .option('--out <folder>', 'folder for figures (default: .lockstep/load-tests/)')
  .action(run);

/** A run that is interrupted drops its database, too. */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));

await runCommand(command, FAILED);

async function run({ times, out, ...amounts }: Options): Promise<void> {
  const startedAt = new Date().toISOString();
  await inOwnDatabase(async (connection) => {
    const { orders } = collectionsOf(connection);
    const db = databaseOf(connection);
    const seedSeconds = await fill(connection, amounts);
    const before = loadNow();
    const asked: AskedQuestion[] = [];
    for (const question of questionsAbout(SUBJECT))
      asked.push(await askOften(db, orders.collection as unknown as mongo.Collection, question, times));
    const { version } = await db.admin().buildInfo();
    const stats = await db.command({ collStats: 'orders' });
    const figures: QuestionsRun = {
      startedAt,
      machine: localMachine(),
      amounts,
      mongodb: String(version),
      times,
      seedSeconds,
      meanDocumentBytes: Number(stats.avgObjSize),
      load: { before, after: loadNow() },
      asked,
    };
    const folder = writeFigures('questions', figures, null, out);
    say(`\n${questionsTable(figures)}\n\nwritten to ${folder}`);
    checkIndexes(asked);
  });
}

function loadNow(): number {
  return loadavg()[0] ?? 0;
}

/** @returns how many seconds it took */
async function fill(connection: Connection, amounts: Amounts): Promise<number> {
  const began = performance.now();
  const collections = collectionsOf(connection);
  await prepareCollections(collections, { journal: 90, changes: 30 });
  await seedOrders(collections, amounts, (orders) => {
    stopping.signal.throwIfAborted();
    if (orders % 10_000 === 0) say(`${orders} orders`);
  });
  return Math.round((performance.now() - began) / 1000);
}

async function askOften(
  db: mongo.Db,
  orders: mongo.Collection,
  question: Question,
  times: number,
): Promise<AskedQuestion> {
  const took: number[] = [];
  let rows = 0;
  for (let i = 0; i < times; i += 1) {
    stopping.signal.throwIfAborted();
    const began = performance.now();
    rows = (await ask(orders, question)).length;
    took.push(performance.now() - began);
  }
  const indexes = await indexesUsed(db, orders, question);
  const { title } = question;
  const [medianMs, slowestMs] = [median(took), Math.max(...took)];
  say(`${title.padEnd(56)} ${medianMs.toFixed(1).padStart(8)} ms ${slowestMs.toFixed(1).padStart(8)} ms`);
  return { title, medianMs, slowestMs, rows, indexes };
}

/** @throws if a question does not use its indexes, or finds nothing */
function checkIndexes(asked: readonly AskedQuestion[]): void {
  const wrong = questionsAbout(SUBJECT).flatMap((question, i) => {
    const { title = '', indexes = [], rows = 0 } = asked[i] ?? {};
    if (rows === 0) return [`${title}: no rows`];
    return usesItsIndexes(question, indexes) ? [] : [`${title}: uses ${indexes.join(', ') || 'no index'}`];
  });
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

async function inOwnDatabase(work: (connection: Connection) => Promise<void>): Promise<void> {
  const given = process.env.MONGODB_URI;
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-questions-'));
  const own = given ? null : await startMongo(folder);
  const mongo = openMongo(given ?? own?.uri ?? '', { silenceMs: 0 });
  try {
    await mongoReady(mongo);
    const connection = mongo.useDb(`lockstep_questions_${randomBytes(4).toString('hex')}`);
    try {
      await work(connection);
    } finally {
      await connection.dropDatabase();
    }
  } finally {
    await mongo.close();
    await own?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function databaseOf({ db }: Connection): mongo.Db {
  if (!db) throw new Error('no connection to MongoDB');
  return db as mongo.Db;
}
