import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Preview } from '../../src/operate/shapes/preview.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { JWT_SECRET, ServedDashboard } from '../operate/served-dashboard.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { Publishing } from './publishing.ts';

const ADA = 'ada.lovelace@example.com';

describe('a preview of filter and transformation', () => {
  let publishing: Publishing;
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    publishing = await Publishing.open();
    const { redisUrl, mongoUri } = publishing.inside;
    dashboard = await ServedDashboard.start({ redisUrl, mongoUri });
    for (const [i, topic] of ['orders/create', 'orders/paid', 'orders/create'].entries()) {
      const id = 4000 + i;
      const body = {
        id,
        name: `#${id}`,
        email: ADA,
        total_price: `${i}.00`,
        customer: { first_name: 'Ada' },
      };
      await publishing.drain([waitingEvent(topic, body, { order: keyOf(String(id)) })]);
    }
    await publishing.feed();
  });
  afterAll(async () => {
    await dashboard?.stop();
    await publishing?.close();
  });

  const ask = async (body: object) => {
    const { status, json, text } = await dashboard.post('/api/destinations/preview', body, 'admin');
    return { status, text, changes: (json as unknown as Preview).changes };
  };
  const namesOf = (changes: Preview['changes']) => changes.map(({ name }) => name);

  test('shows the newest changes first, masked, and sends nothing', async () => {
    const { status, text, changes } = await ask({});
    expect(status).toBe(200);
    expect(namesOf(changes)).toEqual(['#4002', '#4001', '#4000']);
    expect(changes[0]).toMatchObject({ topic: 'orders/create', outcome: 'sent', error: null, isCut: false });
    expect(JSON.parse(changes[0]!.sent!)).toMatchObject({ type: 'orders/create', order: { name: '#4002' } });
    expect(text).not.toContain(ADA);
    expect(text).not.toContain('Ada');
    expect(await publishing.inside.collections.effects.countDocuments()).toBe(0);
  });

  test('by topic, and as many as were asked for', async () => {
    expect(namesOf((await ask({ on: ['orders/paid'] })).changes)).toEqual(['#4001']);
    expect(namesOf((await ask({ limit: 2 })).changes)).toEqual(['#4002', '#4001']);
    expect((await ask({ limit: 21 })).status).toBe(400);
    expect((await ask({ shops: ['other.myshopify.com'] })).changes).toEqual([]);
  });

  test('the filter gets the real message, the transformation gets the masked one', async () => {
    const { text, changes } = await ask({
      filter: `data.body.email = "${ADA}" and data.body.total_price != "1.00"`,
      transform: '{"no": order.name, "to": data.body.email}',
    });
    expect(changes.map(({ outcome }) => outcome)).toEqual(['sent', 'refused', 'sent']);
    expect(JSON.parse(changes[0]!.sent!)).toEqual({ no: '#4002', to: '(masked)' });
    expect(changes[1]!.sent).toBeNull();
    expect(text).not.toContain('Ada');
  });

  test('an error of JSONata has its code and its place, for each change', async () => {
    const { changes } = await ask({ transform: 'order.name = "#4001" ? 1 : $error("no")' });
    expect(changes.map(({ outcome, error, sent }) => [outcome, error, sent])).toEqual([
      ['failed', expect.stringMatching(/^JSONata error D3137 at character \d+$/), null],
      ['sent', null, '1'],
      ['failed', expect.stringMatching(/^JSONata error D3137 at character \d+$/), null],
    ]);
    expect((await ask({ filter: 'order.(' })).status).toBe(400);
  });

  test('an expression that does not end is tried once', async () => {
    const began = Date.now();
    const { changes } = await ask({ filter: '($f := function($n) { $f($n + 1) }; $f(1)) = 1' });
    expect(changes.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['failed', expect.stringMatching(/did not end within 1 s/)],
      ['not tried', null],
      ['not tried', null],
    ]);
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  test('a token of a shop sees changes of this shop only', async () => {
    const as = async (shop: string) => {
      const token = await mintToken(JWT_SECRET, { name: 'eve', role: 'admin', shops: [shop] }, 1);
      const authorization = `Bearer ${token}`;
      const { json } = await dashboard.tell('/api/destinations/preview', {}, { authorization });
      return (json as unknown as Preview).changes.length;
    };
    expect(await as('other.myshopify.com')).toBe(0);
    expect(await as(keyOf('4000').split('/')[0]!)).toBe(3);
  });
});
