import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { createJournal } from '../../src/persist/journal.ts';
import { BY } from '../support/waiting-event.ts';
import { until } from '../support/until.ts';
import { soundEvent } from './parked-events.ts';
import { ServedDashboard } from './served-dashboard.ts';

const REASON = 'the payment app was repaired';

/** Actions on many events at once, with the real audit log. */
describe('the audit says which events', () => {
  let dashboard: ServedDashboard;
  let parked = 0;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  afterAll(() => dashboard.stop());

  const park = async (count: number, because: string) => {
    const events = Array.from({ length: count }, () => soundEvent((parked += 1)));
    const rejected = events.map((waiting) => ({ waiting, because, attempts: 1 }));
    const { collections } = dashboard;
    const told = createJournal(collections.events.db.getClient(), collections);
    await told.write({ ended: [], rejected, now: Date.now() - 60_000, by: BY });
    return events;
  };
  const replay = (which: object, more: object = {}) =>
    dashboard.post('/api/parked/replays', { id: randomUUID(), which, reason: REASON, rate: 1000, ...more });
  const discard = (which: object) => dashboard.post('/api/parked/discards', { which, reason: REASON });
  const newest = async () => await dashboard.collections.audit.findOne().sort({ _id: -1 }).lean();
  const hashOf = (events: readonly WaitingEvent[]) =>
    createHash('sha256')
      .update(
        events
          .map(({ id }) => id)
          .toSorted()
          .join('\n'),
      )
      .digest('hex');
  const actsOn = async ({ order }: WaitingEvent) => {
    const { json } = await dashboard.get(`/api/orders/${order}/timeline`);
    return (json.acts as { number: number }[]).map(({ number }) => number);
  };

  test('were discarded: their number, a hash over all of them, and the first twenty', async () => {
    const events = await park(25, 'no tax');
    const { json } = await discard({ cause: 'no tax' });
    expect(json).toEqual({ discarded: 25, did: 'discarded 25 parked events (cause: no tax)' });
    const { detail } = (await newest()) ?? {};
    expect(detail).toContain('discarded 25 parked events (cause: no tax); 25 events, ');
    expect(detail).toContain(hashOf(events));
    const first = events.map(({ id }) => id.slice(0, 12)).toSorted();
    expect(detail?.endsWith(`; ${first.slice(0, 20).join(', ')}, …`)).toBe(true);
  });

  test('were put back: when the replay began', async () => {
    const events = await park(3, 'no rate');
    const { json } = await replay({ cause: 'no rate' });
    const { detail } = (await newest()) ?? {};
    expect(detail).toContain(
      `started to put back 3 parked events (cause: no rate), 1000 a second; 3 events, `,
    );
    expect(detail).toContain(hashOf(events));
    expect(json.did).not.toContain(hashOf(events));
  });

  test('two discards with the same words at the same time: each order shows its own', async () => {
    const numbers = [];
    const told: WaitingEvent[] = [];
    for (let i = 0; i < 2; i += 1) {
      told.push(...(await park(1, 'no shipping')));
      await discard({ cause: 'no shipping' });
      numbers.push((await newest())?._id);
    }
    expect(await Promise.all(told.map(actsOn))).toEqual([[numbers[0]], [numbers[1]]]);
  });

  test('an order shows all actions on it, repeated ones too', async () => {
    const [event] = await park(1, 'no address');
    if (!event) throw new Error('it was parked');
    const numbers: unknown[] = [];
    for (let i = 0; i < 2; i += 1) {
      const { json } = await replay({ cause: 'no address' });
      numbers.push((await newest())?._id);
      const place = `/api/parked/replays/${String(json.id)}`;
      await until(async () => (await dashboard.get(place)).json.state === 'done');
      await dashboard.collections.parked.updateOne({ _id: event.id }, { $set: { state: 'parked' } });
    }
    await discard({ cause: 'no address' });
    numbers.push((await newest())?._id);
    expect(await actsOn(event)).toEqual(numbers);
  });

  test('the same id is the same replay: with other events or another rate it is refused', async () => {
    const [one, two] = await park(2, 'no customer');
    const id = randomUUID();
    const which = { events: [one?.id, two?.id] };
    expect((await replay(which, { id })).json.did).toMatch(/^started/);
    const turned = await replay({ events: which.events.toReversed() }, { id });
    expect([turned.status, turned.json.did]).toEqual([
      200,
      'this replay exists already; nothing new was started',
    ]);
    for (const [other, more] of [
      [{ events: [one?.id] }, {}],
      [{ cause: 'no customer' }, {}],
      [which, { rate: 5 }],
    ] as const) {
      const { status, json } = await replay(other, { id, ...more });
      expect([status, json.detail]).toEqual([409, expect.stringContaining('another replay')]);
      expect(await newest()).toMatchObject({ action: 'parked.replay', outcome: 'refused' });
    }
  });
});
