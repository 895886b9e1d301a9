import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ended } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';
import { BY, keyOf, randomEventId, RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const NOW = RECEIVED_AT + 1000;
const SAME = randomEventId();

function ended(waiting: WaitingEvent, sequence: number): Ended {
  const { id: event, receivedAt: occurredAt } = waiting;
  return {
    waiting,
    applied: { event, outcome: 'applied', because: null, sequence, occurredAt, appliedAt: NOW },
  };
}

describe('the journal', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());
  const entries = (...ids: string[]) => inside.collections.events.find({ _id: { $in: ids } }).lean();

  test('P8: an entry says what was received, when, and what happened to it', async () => {
    const waiting = waitingEvent('orders/paid', { id: 1 }, { triggeredAt: '2026-11-20T10:00:00.123456Z' });
    await inside.tools.journal.write({ ended: [ended(waiting, 4)], rejected: [], now: NOW, by: BY });
    expect(await entries(waiting.id)).toMatchObject([
      {
        shop: 'example.myshopify.com',
        order: waiting.order,
        topic: 'orders/paid',
        webhookId: waiting.webhookId,
        triggeredAt: '2026-11-20T10:00:00.123456Z',
        receivedAt: new Date(RECEIVED_AT),
        appliedAt: new Date(NOW),
        outcome: 'applied',
        because: null,
        sequence: 4,
      },
    ]);
  });

  test('P8: when it is written again, even beside new entries, the first entry stays', async () => {
    const [first, second] = [
      waitingEvent('orders/paid', { id: 1 }),
      waitingEvent('orders/updated', { id: 1 }),
    ];
    await inside.tools.journal.write({ ended: [ended(first, 1)], rejected: [], now: NOW, by: BY });
    const before = await entries(first.id);
    const again: Ended = { waiting: first, applied: { ...ended(first, 9).applied, outcome: 'stale' } };
    await inside.tools.journal.write({
      ended: [again, ended(second, 2)],
      rejected: [],
      now: NOW + 1,
      by: BY,
    });
    expect(await entries(first.id)).toEqual(before);
    expect(await entries(second.id)).toMatchObject([{ sequence: 2, outcome: 'applied' }]);
  });

  test('P8: the same event twice in one write is one entry', async () => {
    const waiting = waitingEvent('orders/paid', { id: 2 });
    const one = ended(waiting, 1);
    await Promise.all(
      [1, 2].map(() => inside.tools.journal.write({ ended: [one, one], rejected: [], now: NOW, by: BY })),
    );
    expect(await entries(waiting.id)).toHaveLength(1);
  });

  const rejected = (waiting: WaitingEvent, because: string, attempts = 1) => [{ waiting, because, attempts }];
  const parked = (waiting: WaitingEvent) => inside.collections.parked.findById(waiting.id).lean();

  test('P7: a parked event is in `events` and in `parked`, with its reason and its cause', async () => {
    const waiting = waitingEvent('orders/paid', { id: 3 });
    await inside.tools.journal.write({
      ended: [],
      rejected: rejected(waiting, 'line 7: no'),
      now: NOW,
      by: BY,
    });
    expect(await entries(waiting.id)).toMatchObject([
      { outcome: 'parked', because: 'line 7: no', sequence: null, worker: BY.worker },
    ]);
    expect(await parked(waiting)).toMatchObject({ error: 'line 7: no', cause: 'line …: no', replays: 0 });
  });

  test('P8: parked again for another reason, the journal has both reasons, and `parked` the last', async () => {
    const waiting = waitingEvent('orders/paid', { id: 4 });
    const park = (because: string, attempts: number, now: number) =>
      inside.tools.journal.write({ ended: [], rejected: rejected(waiting, because, attempts), now, by: BY });
    await park('$not JSON', 1, NOW);
    await park('still not', 2, NOW + 5);
    // The drain died before its trim: repeating the same write adds nothing.
    await park('still not', 2, NOW + 9);
    expect(await entries(waiting.id)).toMatchObject([
      {
        outcome: 'parked',
        because: 'still not',
        sequence: null,
        appliedAt: new Date(NOW + 5),
        earlier: [{ outcome: 'parked', because: '$not JSON', at: new Date(NOW) }],
      },
    ]);
    expect(await parked(waiting)).toMatchObject({
      error: 'still not',
      attempts: 2,
      state: 'parked',
      firstAt: new Date(NOW),
      lastAt: new Date(NOW + 9),
    });
  });

  test('P8: parked and then applied, the journal has both, even after a crash, and `parked` says replayed', async () => {
    const waiting = waitingEvent('orders/paid', { id: 5 });
    await inside.tools.journal.write({ ended: [], rejected: rejected(waiting, 'no'), now: NOW, by: BY });
    const by = { worker: 'host:2', lockedAt: NOW + 7 };
    for (const now of [NOW + 8, NOW + 9])
      await inside.tools.journal.write({ ended: [ended(waiting, 3)], rejected: [], now, by });
    const [entry] = await entries(waiting.id);
    expect(entry).toMatchObject({
      outcome: 'applied',
      because: null,
      sequence: 3,
      worker: 'host:2',
      lockedAt: new Date(NOW + 7),
      earlier: [{ outcome: 'parked', because: 'no', at: new Date(NOW) }],
    });
    expect(entry?.earlier).toHaveLength(1);
    expect(await parked(waiting)).toMatchObject({ state: 'replayed' });
  });

  test('P8: when a replay finds the order of an event, its entry moves to that order', async () => {
    const body = Buffer.from('{"id":6}');
    const [lost, found] = [keyOf('-'), keyOf('6')].map((order) =>
      waitingEvent('orders/paid', null, { id: SAME, order, body }),
    ) as [WaitingEvent, WaitingEvent];
    await inside.tools.journal.write({ ended: [], rejected: rejected(lost, 'no order'), now: NOW, by: BY });
    await inside.tools.journal.write({ ended: [], rejected: rejected(found, 'no order'), now: NOW, by: BY });
    expect(await entries(SAME)).toMatchObject([{ order: keyOf('6'), earlier: [{ outcome: 'parked' }] }]);
    expect(await parked(found)).toMatchObject({ order: keyOf('6') });
    await inside.tools.journal.write({ ended: [ended(found, 1)], rejected: [], now: NOW + 1, by: BY });
    expect(await entries(SAME)).toMatchObject([{ order: keyOf('6'), outcome: 'applied' }]);
  });

  test('an event that was not parked costs no second round trip', async () => {
    const waiting = waitingEvent('orders/paid', { id: 7 });
    inside.commands.length = 0;
    await inside.tools.journal.write({ ended: [ended(waiting, 2)], rejected: [], now: NOW, by: BY });
    expect(inside.commands).toEqual(['bulkWrite']);
  });
});
