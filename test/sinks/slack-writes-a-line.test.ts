import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { destinationPut } from '../../src/operate/shapes/destinations.ts';
import type { Sink } from '../../src/publish/sinks/sink.ts';
import { messageOf, newOrder, send, sinkOf } from './sending.ts';
import { Slack } from './servers/slack.ts';

describe('a Slack destination', () => {
  let slack: Slack;
  const sinks: Sink[] = [];
  const open = async (
    transform: string | null = null,
    credentials: string | null = slack.credentialsOf(slack.port),
  ) => {
    const sink = await sinkOf({ ...slack.place(), transform }, credentials);
    sinks.push(sink);
    return sink;
  };

  beforeAll(async () => {
    slack = await Slack.open();
  });
  afterAll(() => slack.remove());
  afterEach(async () => {
    slack.answer = null;
    slack.payloads.length = 0;
    await Promise.all(sinks.splice(0).map((sink) => sink.close()));
  });

  test('the line has the order, what moved and why, and nothing else of the message', async () => {
    const message = messageOf(newOrder(), 1);
    const moved = {
      ...message,
      text: message.text.replace('{', '{"moved":{"from":"partially_paid","to":"paid"},'),
    };
    const odd = { ...message, about: { ...message.about, name: '<!channel> & co' } };
    const sink = await open();
    for (const each of [message, moved, odd])
      expect(await send(sink, each)).toMatchObject({ outcome: 'done' });
    expect(slack.payloads.map((text) => JSON.parse(text) as object)).toEqual([
      { text: '*#1001* of battery.myshopify.com: paid (orders/paid)' },
      { text: '*#1001* of battery.myshopify.com: partially paid -> paid (orders/paid)' },
      { text: '*&lt;!channel&gt; &amp; co* of battery.myshopify.com: paid (orders/paid)' },
    ]);
  });

  test('a transformation makes the text, or the whole message', async () => {
    const sink = await open('$');
    const message = messageOf(newOrder(), 1);
    for (const text of ['"a \\"text\\""', '{"text":"one","blocks":[]}'])
      expect(await send(sink, { ...message, text })).toMatchObject({ outcome: 'done' });
    expect(slack.payloads).toEqual(['{"text":"a \\"text\\""}', '{"text":"one","blocks":[]}']);
    for (const text of ['[]', '7', 'null'])
      expect(await send(sink, { ...message, text })).toMatchObject({ outcome: 'refused', answer: 'no text' });
    expect(slack.payloads).toHaveLength(2);
  });

  test.each([
    [
      { status: 429, headers: { 'retry-after': '30' } },
      { outcome: 'busy', afterMs: 30_000 },
    ],
    [{ status: 404 }, { outcome: 'away', because: expect.stringContaining('the webhook was removed') }],
    [{ status: 403 }, { outcome: 'away' }],
    [{ status: 410 }, { outcome: 'gone' }],
    [{ status: 500 }, { outcome: 'away' }],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, { outcome: 'refused' }],
  ])('what it answers is translated: %j', async (answer, expected) => {
    slack.answer = answer;
    const shown = await send(await open(), messageOf(newOrder(), 1));
    expect(shown).toMatchObject(expected);
    expect(JSON.stringify(shown)).not.toContain('secret-part');
  });

  test('without its address, nothing is sent', async () => {
    expect(await send(await open(null, null), messageOf(newOrder(), 1))).toMatchObject({
      outcome: 'away',
      because: expect.stringContaining('credentials'),
    });
  });

  test('one message a second unless it says otherwise; its address must be one, and is not in the answer', () => {
    const body = {
      kind: 'slack',
      settings: {},
      credentials: 'https://hooks.slack.com/services/x',
      reason: 'alerts',
    };
    expect(destinationPut.parse(body).rate).toEqual({ max: 1, durationMs: 1000 });
    expect(destinationPut.parse({ ...body, rate: null }).rate).toBeNull();
    for (const credentials of [
      'hooks.slack.com/secret-part',
      'https://u:secret-part@hooks.slack.com/',
      'file:///secret-part',
    ]) {
      const read = destinationPut.safeParse({ ...body, credentials });
      expect(read.error?.issues).toMatchObject([{ path: ['credentials'] }]);
      expect(JSON.stringify(read.error?.issues)).not.toContain('secret-part');
    }
  });
});
