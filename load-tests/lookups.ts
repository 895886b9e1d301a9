import { Command } from 'commander';
import { localMachine } from '../testkit/local/machine.ts';
import { adminToken, Lockstep } from '../testkit/local/lockstep.ts';
import { startServers, type Servers } from '../testkit/local/servers.ts';
import { collectionsOf, prepareCollections, type Collections } from '../src/persist/collections.ts';
import type { EventDocument } from '../src/persist/event-schema.ts';
import { mongoReady, openMongo } from '../src/system/connections.ts';
import { runCommand, say, whole, writeFigures } from './command.ts';
import { median } from './compare/comparison.ts';
import { Backlog } from './growth/backlog.ts';
import type { Asked, Lookups } from './lookups/figures.ts';
import { questions, type Question } from './lookups/questions.ts';
import { EVENTS_OF_ONE_ORDER, seed, type Amounts } from './lookups/seed.ts';
import { lookupsChart, lookupsTable } from './lookups/views.ts';
import { planSale } from './sale/plan.ts';

/** npm run lookups: how long an operator waits for each answer, among 100,000 orders and a million events. */
interface Options extends Amounts {
  waiting: number;
  times: number;
  out?: string;
}

const FAILED = 1;

const command = new Command('npm run lookups --')
  .description('Fills MongoDB and Redis, then asks the API everything that an operator may ask.')
  .option('--orders <n>', 'orders, with ten events each', whole(1000, 1_000_000), 100_000)
  .option('--shops <n>', 'shops', whole(1, 10_000), 100)
  .option('--parked <n>', 'parked events', whole(0, 100_000), 5000)
  .option('--waiting <n>', 'orders with waiting events', whole(0, 100_000), 2500)
  .option('--times <n>', 'how often to ask each question', whole(1, 1000), 21)
  .option('--out <folder>', 'folder for figures (default: .lockstep/load-tests/)')
  .action(run);

await runCommand(command, FAILED);

async function run({ waiting, times, out, ...amounts }: Options): Promise<void> {
  const startedAt = new Date().toISOString();
  const servers = await startServers();
  try {
    const known = await fill(servers, amounts, waiting);
    const asked = await askAll(servers, questions(amounts, known), times);
    const events = amounts.orders * EVENTS_OF_ONE_ORDER;
    const lookups: Lookups = {
      startedAt,
      machine: localMachine(),
      amounts: { ...amounts, events, waiting },
      asked,
    };
    const folder = writeFigures('lookups', lookups, lookupsChart(lookups), out);
    say(`\n${lookupsTable(lookups)}\n\nwritten to ${folder}`);
  } finally {
    await servers.close();
  }
}

/** @returns an event from the middle, and its webhook id */
async function fill(
  servers: Servers,
  amounts: Amounts,
  waiting: number,
): Promise<{ event: string; webhookId: string }> {
  const mongo = openMongo(servers.mongoUri);
  await mongoReady(mongo);
  try {
    const collections = collectionsOf(mongo);
    await prepareCollections(collections, { journal: 3650, changes: 30 });
    await seed(collections, amounts, (orders) => {
      if (orders % 10_000 === 0) say(`${orders} orders, ${orders * EVENTS_OF_ONE_ORDER} events`);
    });
    await letWait(servers, waiting);
    return await oneOf(collections);
  } finally {
    await mongo.close();
  }
}

async function letWait({ redisUrl }: Servers, orders: number): Promise<void> {
  if (orders === 0) return;
  const backlog = new Backlog(redisUrl, 1);
  const { deliveries } = planSale({
    orders,
    shops: 10,
    topics: ['create', 'paid'],
    dup: 0,
    shuffle: 0,
    seed: 1,
    id: 'waiting',
  });
  await backlog.put(deliveries);
  await backlog.close();
}

async function oneOf({ events }: Collections): Promise<{ event: string; webhookId: string }> {
  const found = await events
    .findOne({ _id: { $gt: '8' } })
    .sort({ _id: 1 })
    .lean<EventDocument>();
  if (!found?.webhookId) throw new Error('no events');
  return { event: found._id, webhookId: found.webhookId };
}

async function askAll(servers: Servers, all: Question[], times: number): Promise<Asked[]> {
  const lockstep = new Lockstep(servers);
  try {
    const { url } = await lockstep.start('dashboard');
    const token = await adminToken('lookups');
    const asked: Asked[] = [];
    for (const question of all) {
      asked.push(await ask(url, token, question, times));
      const { name, medianMs, slowestMs } = asked.at(-1)!;
      say(`${name.padEnd(36)} ${medianMs.toFixed(1).padStart(8)} ms ${slowestMs.toFixed(1).padStart(8)} ms`);
    }
    return asked;
  } finally {
    await lockstep.stop();
  }
}

/** @throws if an answer is not 200 */
async function ask(url: string, token: string, question: Question, times: number): Promise<Asked> {
  const took: number[] = [];
  let bytes = 0;
  for (let i = 0; i < times; i += 1) {
    const began = performance.now();
    const response = await fetch(`${url}${question.place}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await response.text();
    took.push(performance.now() - began);
    if (!response.ok) throw new Error(`${question.place}: ${response.status} ${text.slice(0, 200)}`);
    bytes = text.length;
  }
  return { ...question, medianMs: median(took), slowestMs: Math.max(...took), bytes };
}
