import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { Link } from '../support/link.ts';
import { until } from '../support/until.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import type { OtherSide } from './servers/other-side.ts';
import { KINDS } from './servers/kinds.ts';

/** How soon an attempt must end after its time is over. */
const SOON_MS = 2000;

/** What every kind of destination must stand. The servers are real. */
describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  let other: OtherSide;
  let link: Link;
  let sink: Sink;
  const sinks: Sink[] = [];
  const ownCredentials = () => other.credentialsOf?.(link.port) ?? other.credentials;
  const open = async (place = other.place(link.port), credentials = ownCredentials()) => {
    const opened = await sinkOf(place, credentials);
    sinks.push(opened);
    return opened;
  };
  const isDone = async () => (await send(sink, messageOf(newOrder(), 1), 1000)).outcome === 'done';

  beforeAll(async () => {
    other = await kind.open();
  });
  afterAll(() => other.remove());
  beforeEach(async () => {
    link = await Link.to(other.port);
    sink = await open();
  });
  afterEach(async () => {
    await Promise.all(sinks.splice(0).map((each) => each.close()));
    await link.close();
  });

  test('messages of an order arrive in sequence, those of other orders beside them', async () => {
    const lanes = [newOrder(), newOrder(), newOrder()].map((order) => ({
      order,
      messages: [1, 2, 3, 4, 5].map((version) => messageOf(order, version)),
    }));
    await Promise.all(
      lanes.map(async ({ messages }) => {
        for (const each of messages) expect(await send(sink, each)).toMatchObject({ outcome: 'done' });
      }),
    );
    for (const { order, messages } of lanes)
      expect((await other.arrived(order)).map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
  });

  test('more messages at a time than it has connections: each arrives once', async () => {
    const messages = Array.from({ length: 40 }, () => messageOf(newOrder(), 1));
    const answers = await Promise.all(messages.map((each) => send(sink, each)));
    expect(answers.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    for (const { id, about } of messages)
      expect((await other.arrived(about.order)).map((each) => each.id)).toEqual([id]);
  });

  test('killed after sending, before recording it: the repetition has the same id, or changes nothing', async () => {
    const message = messageOf(newOrder(), 1);
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
    const afterRestart = await open();
    expect(await send(afterRestart, message)).toMatchObject({ outcome: 'done' });
    const ids = (await other.arrived(message.about.order)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: kind.seesTwice }, () => message.id));
  });

  test('the answer is lost: unknown, and the repetition is done', async () => {
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
    const message = messageOf(newOrder(), 1);
    const caught = link.intercept(message.id, 'answer');
    const answer = send(sink, message, 3000);
    await caught.reached;
    expect(await answer).toMatchObject({ outcome: 'unknown', answer: 'TIMEOUT' });
    caught.release();
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
    const ids = (await other.arrived(message.about.order)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: kind.seesTwice }, () => message.id));
  });

  test('the connection breaks after the message arrived: unknown, and the repetition is done', async () => {
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
    const message = messageOf(newOrder(), 1);
    const caught = link.intercept(message.id, 'answer');
    const answer = send(sink, message);
    await caught.reached;
    link.reset();
    expect(await answer).toMatchObject({ outcome: 'unknown' });
    caught.release();
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
    const ids = (await other.arrived(message.about.order)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: kind.seesTwice }, () => message.id));
  });

  test('a slow server', async () => {
    link.delay(150);
    const message = messageOf(newOrder(), 1);
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
    expect(link.hits).toBeGreaterThan(0);
    expect(await other.arrived(message.about.order)).toHaveLength(1);
  });

  test('a server that goes away and comes back', async () => {
    // Not over the link, which would accept connections meanwhile.
    const { port } = other;
    sink = await open(other.place(port), other.credentialsOf?.(port) ?? other.credentials);
    expect(await isDone()).toBe(true);
    await other.stop();
    const message = messageOf(newOrder(), 1);
    try {
      await until(async () => (await send(sink, message, 3000)).outcome === 'away', 10_000, 'away');
      expect(await send(sink, message, 3000)).toMatchObject({ outcome: 'away' });
    } finally {
      await other.startAgain();
    }
    await until(async () => (await send(sink, message, 3000)).outcome === 'done', 30_000, 'done');
    expect(new Set((await other.arrived(message.about.order)).map(({ id }) => id))).toEqual(
      new Set([message.id]),
    );
  });

  test('half-open: an attempt ends with its time, and the next one uses another connection', async () => {
    expect(await isDone()).toBe(true);
    link.stall();
    const began = Date.now();
    expect(await send(sink, messageOf(newOrder(), 1), 1000)).toMatchObject({ outcome: 'unknown' });
    expect(Date.now() - began).toBeLessThan(1000 + SOON_MS);
    expect(link.hits).toBeGreaterThan(0);
    link.heal();
    await until(isDone, 10_000, 'done');
  });

  test(`a server that accepts connections and never answers: ${kind.ifSilent}; closing does not wait for it`, async () => {
    link.stall();
    const began = Date.now();
    expect(await send(sink, messageOf(newOrder(), 1), 1000)).toMatchObject({ outcome: kind.ifSilent });
    await sink.close();
    expect(Date.now() - began).toBeLessThan(1000 + 2 * SOON_MS);
  });

  test('a message that it refuses: the reason has nothing of the message, and the next one is done', async () => {
    const { place, change, because } = other.refused(link.port);
    const message = messageOf(newOrder(), 1);
    const refusing = place ? await open(place) : sink;
    const answer = await send(refusing, change?.(message) ?? message);
    expect(answer).toMatchObject({ outcome: 'refused', because: expect.stringMatching(because) });
    expect(JSON.stringify(answer)).not.toMatch(/customer|10\.00|myshopify/);
    expect(await other.arrived(message.about.order)).toEqual([]);
    expect(await isDone()).toBe(true);
  });

  (kind.hasCredentials ? test : test.skip)(
    'wrong credentials: away, and they are not in the reason',
    async () => {
      for (const wrong of ['not-the-credentials', null]) {
        const answer = await send(await open(other.place(link.port), wrong), messageOf(newOrder(), 1));
        expect(answer).toMatchObject({ outcome: 'away', because: expect.stringContaining('credentials') });
        expect(JSON.stringify(answer)).not.toContain('not-the-credentials');
      }
    },
  );

  test('a huge message arrives as a whole', async () => {
    const message = messageOf(newOrder(), 1, { bytes: kind.hugeBytes });
    expect(message.text).toHaveLength(kind.hugeBytes);
    expect(await send(sink, message, 30_000)).toMatchObject({ outcome: 'done' });
    const [{ text } = { text: '' }] = await other.arrived(message.about.order);
    expect(text.match(/x+/g)?.reduce((sum, each) => sum + each.length, 0)).toBeGreaterThan(
      kind.hugeBytes - 1000,
    );
  });

  test('a message over the limit is refused, and the next one is done', async () => {
    const message = messageOf(newOrder(), 1, { bytes: kind.tooLargeBytes });
    expect(await send(sink, message, 30_000)).toMatchObject({
      outcome: 'refused',
      because: expect.stringContaining('larger than'),
    });
    expect(await isDone()).toBe(true);
    expect(await other.arrived(message.about.order)).toEqual([]);
  });

  test('a private address is refused unless it is allowed, also behind a name', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const place = JSON.parse(
        JSON.stringify(other.place(link.port)).replaceAll('127.0.0.1', host),
      ) as object;
      const credentials = ownCredentials()?.replaceAll('127.0.0.1', host) ?? null;
      const closed = await open({ ...place, allowPrivate: false }, credentials);
      expect(await send(closed, messageOf(newOrder(), 1))).toMatchObject({
        outcome: 'refused',
        answer: 'private address',
      });
    }
  });
});
