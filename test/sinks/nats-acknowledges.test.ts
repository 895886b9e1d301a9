import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import { Nats } from './servers/nats.ts';

describe('a NATS destination', () => {
  let nats: Nats;
  const sinks: Sink[] = [];
  const open = async (subject: string, url?: string) => {
    const place = nats.place(nats.port);
    const settings = { ...place.settings, subject, ...(url !== undefined && { url }) };
    const sink = await sinkOf({ ...place, settings }, nats.credentials);
    sinks.push(sink);
    return sink;
  };

  beforeAll(async () => {
    nats = await Nats.open();
  });
  afterAll(() => nats.remove());
  afterEach(async () => void (await Promise.all(sinks.splice(0).map((sink) => sink.close()))));

  test('the subject has the topic and the shop, and a repetition is known to the stream', async () => {
    const [sink, message] = [await open('effects.{shop}.{type}'), messageOf(newOrder(), 1)];
    expect(await send(sink, message)).toEqual({ outcome: 'done', answer: 'stored' });
    expect(await send(sink, message)).toEqual({ outcome: 'done', answer: 'has it already' });
    const stored = (await nats.all()).filter(({ id }) => id === message.id);
    expect(stored).toEqual([
      {
        id: message.id,
        order: message.about.order,
        subject: 'effects.battery.myshopify.com.orders.paid',
        text: message.text,
      },
    ]);
  });

  test('a full stream is busy until there is room', async () => {
    await nats.stream('full', ['full'], { max_msgs: 1, discard: DiscardPolicy.New });
    const [sink, message] = [await open('full'), messageOf(newOrder(), 1)];
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'done' });
    expect(await send(sink, message)).toMatchObject({ outcome: 'busy', because: 'the stream is full' });
    await nats.with(async (connection) => (await jetstreamManager(connection)).streams.purge('full'));
    expect(await send(sink, message)).toMatchObject({ outcome: 'done' });
  });

  test("a message over the stream's own limit is refused, and those beside it are done", async () => {
    await nats.stream('small', ['small'], { max_msg_size: 2000 });
    const sink = await open('small');
    const messages = [3000, 0, 0, 3000].map((bytes) => messageOf(newOrder(), 1, { bytes }));
    const answers = await Promise.all(messages.map((each) => send(sink, each)));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['refused', 'done', 'done', 'refused']);
    expect(answers[0]).toMatchObject({ because: 'the message is larger than the stream allows' });
  });

  test('a subject that the user may not use', async () => {
    await nats.stream('denied', ['denied.>']);
    const answer = await send(await open('denied.{type}'), messageOf(newOrder(), 1), 5000);
    expect(answer).toMatchObject({ outcome: 'away', because: 'the user may not publish to this subject' });
  });

  test('a server without TLS gets neither credentials nor messages if the address asks for TLS', async () => {
    const sink = await open('effects.{type}', `tls://lockstep@127.0.0.1:${nats.port}`);
    expect(await send(sink, messageOf(newOrder(), 1))).toMatchObject({ outcome: 'away' });
  });
});
