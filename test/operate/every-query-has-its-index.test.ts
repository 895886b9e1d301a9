import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { mongo } from 'mongoose';
import { keyOf } from '../support/waiting-event.ts';
import { until } from '../support/until.ts';
import { journalEntry } from './journal-entry.ts';
import { park, soundEvent } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const READS = ['find', 'aggregate', 'count', 'distinct', 'findAndModify', 'update'];
const SHOP = 'example.myshopify.com';
const HASH = 'ab'.repeat(32);

/** Fields that the driver adds to a command. */
function withoutSession(command: mongo.Document): mongo.Document {
  const { lsid: _, $db: __, $clusterTime: ___, ...rest } = command;
  return rest;
}

/** Splits a command with several updates into one for each: only those can be explained. */
function singly(command: mongo.Document): mongo.Document[] {
  const updates = command.updates as unknown[] | undefined;
  return updates ? updates.map((each) => ({ ...command, updates: [each] })) : [command];
}

/** The stages of the winning plan. */
function stagesOf(answer: mongo.Document): string[] {
  const text = JSON.stringify(answer, (name, value: unknown) => (name === 'rejectedPlans' ? [] : value));
  return [...text.matchAll(/"stage":"(\w+)"/g)].map((found) => found[1] ?? '');
}

/** Every command that a request sends to MongoDB is explained. */
describe('no request reads a collection from end to end', () => {
  let stories: ServedStories;
  const sent: mongo.Document[] = [];
  beforeAll(async () => {
    stories = await serveStories();
    const { collections, client } = stories.inside;
    await collections.events.insertMany(Array.from({ length: 200 }, () => journalEntry('{}')));
    await stories.commit(Array.from({ length: 50 }, (_, i) => ({ id: String(i + 1), name: `#${i}` })));
    await park(
      stories,
      Array.from({ length: 50 }, (_, i) => soundEvent(i)),
    );
    client.on('commandStarted', ({ commandName, command }) => {
      if (READS.includes(commandName)) sent.push(command);
    });
  });
  afterAll(() => stories.stop());

  /** The stages of the plan of each command that was sent; the command itself is for a failure's message. */
  const plansByCommand = async (): Promise<{ command: string; stages: string[] }[]> => {
    const { db } = stories.inside.collections.events.db;
    if (!db) throw new Error('no database');
    const commands = sent.splice(0).map(withoutSession).flatMap(singly);
    const answers = await Promise.all(
      commands.map((explain) => db.command({ explain, verbosity: 'queryPlanner' })),
    );
    return answers.map((answer, i) => ({ command: JSON.stringify(commands[i]), stages: stagesOf(answer) }));
  };
  const plans = async () => (await plansByCommand()).map(({ stages }) => stages);
  const expectIndexes = async () => {
    const all = await plans();
    expect(all.length).toBeGreaterThan(0);
    for (const stages of all) expect(stages).not.toContain('COLLSCAN');
    for (const stages of all)
      expect(stages).toContainEqual(
        expect.stringMatching(/^(IXSCAN|IDHACK|EXPRESS\w*|COUNT_SCAN|DISTINCT_SCAN)$/),
      );
    return all;
  };

  test.each([
    '/orders',
    `/orders?shop=${SHOP}`,
    '/orders?status=shipped',
    `/orders?shop=${SHOP}&status=shipped&name=%231`,
    '/orders?name=%231',
    '/orders?parked=1',
    '/orders?customer=1',
    '/orders?sku=SKU-1&createdFrom=2026-11-01',
    '/orders?tag=gift',
    '/orders?test=1',
    '/orders?email=a@example.com&count=1',
    '/orders?updatedSince=2026-11-01&sort=updated',
    '/orders?createdFrom=2026-11-01&createdTo=2026-12-01&count=1&financialStatus=paid',
    `/orders?shop=${SHOP}&status=shipped&count=1`,
    `/orders/${keyOf('1')}`,
    `/orders/${keyOf()}/timeline?states=1`,
    '/exports/orders',
    `/exports/orders?shop=${SHOP}&from=2026-11-01&to=2026-11-30`,
    '/exports/orders?status=shipped&from=2026-11-01',
    '/exports/orders?parked=1',
    `/exports/lines?shop=${SHOP}&to=2026-11-30`,
    '/exports/events',
    '/exports/events?from=2026-11-01&to=2026-11-30',
    `/exports/events?shop=${SHOP}&from=2026-11-01`,
    '/exports/events?topic=orders/paid&outcome=applied',
    `/exports/events?outcome=parked&shop=${SHOP}`,
    '/search?q=1001',
    `/search?q=${HASH}`,
    `/search?q=${keyOf('77')}`,
    '/events',
    `/events?since=2026-11-20T10:00:00Z&until=2026-11-28T10:00:00Z`,
    `/events?hash=abcd`,
    '/events?webhookId=x',
    '/events?order=1001',
    `/events?order=${keyOf()}`,
    `/events?order=1&shop=${SHOP}`,
    '/events?outcome=parked',
    '/events?outcome=stale',
    '/events?outcome=applied',
    `/events?shop=${SHOP}`,
    '/events?topic=orders/paid',
    `/events?shop=${SHOP}&topic=orders/paid&outcome=late`,
    `/events/${HASH}`,
    '/changes',
    '/changes?after=MS4w',
    `/changes?shop=${SHOP}`,
    '/changes?topic=orders/paid',
    `/changes?shop=${SHOP}&topic=orders/paid`,
    '/changes?after=head',
    '/parked',
    '/parked?state=replayed',
    `/parked?cause=x&topic=orders/create&shop=${SHOP}`,
    '/parked?cause=x',
    '/parked?hash=abcd',
    '/parked/groups',
    `/parked/${HASH}`,
    '/parked/replays',
    `/parked/replays/${randomUUID()}`,
    '/reports/sales',
    `/reports/sales?shop=${SHOP}&by=sku`,
    `/reports/sales?shop=${SHOP}&by=order&of=channel&group=web&currency=USD`,
  ])('GET %s', async (place) => {
    sent.length = 0;
    expect([200, 404]).toContain((await stories.get(place, 'operator')).status);
    await expectIndexes();
  });

  test('parked events are grouped from the index alone', async () => {
    sent.length = 0;
    await stories.get('/parked/groups');
    const [stages] = await plans();
    expect(stages).toContain('PROJECTION_COVERED');
    expect(stages).not.toContain('FETCH');
  });

  test.each([
    '/events',
    '/events?outcome=parked',
    `/events?shop=${SHOP}`,
    '/events?topic=orders/paid',
    '/orders',
    `/orders?shop=${SHOP}`,
    '/orders?status=shipped',
    '/parked',
    '/exports/orders?from=2026-11-01&to=2026-11-30',
    `/exports/lines?shop=${SHOP}&from=2026-11-01`,
    '/exports/events?from=2026-11-01',
    `/exports/events?shop=${SHOP}&to=2026-11-30`,
  ])('GET %s: comes in the order of its index, without a sort', async (place) => {
    sent.length = 0;
    await stories.get(place);
    const sorted = (await plansByCommand()).filter(({ stages }) => stages.includes('SORT'));
    expect(sorted).toEqual([]);
  });

  test('a replay, an abort and a discard', async () => {
    sent.length = 0;
    const body = { id: randomUUID(), which: { topic: 'orders/create' }, reason: 'to look', rate: 100 };
    const { json } = await stories.post('/parked/replays', body);
    const run = `/parked/replays/${String(json.id)}`;
    await until(async () => Number((await stories.get(run)).json.replayed) > 3);
    await stories.post(`${run}/abort`, { reason: 'to look' });
    expect((await stories.get(run)).json.stillWaiting).toBeGreaterThan(0);
    await stories.post('/parked/discards', { which: { cause: 'no … today' }, reason: 'to look' });
    await stories.replays.stop();
    // An upsert of the run itself and reads by _id are among them; each is a plan of its own.
    expect((await expectIndexes()).length).toBeGreaterThan(20);
  });
});
