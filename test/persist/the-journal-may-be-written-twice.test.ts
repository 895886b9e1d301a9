import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ended } from '../../src/order/decide.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { openInside, type Inside } from '../support/inside.ts';
import { RECEIVED_AT, waitingEvent } from '../support/waiting-event.ts';

const NOW = RECEIVED_AT + 1000;

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
    inside = await openInside();
  });
  afterAll(() => inside.close());
  const entries = (...ids: string[]) => inside.collections.events.find({ _id: { $in: ids } }).lean();

  test('P8: an entry says what came, when, and what became of it', async () => {
    const waiting = waitingEvent('orders/paid', { id: 1 }, { triggeredAt: '2026-11-20T10:00:00.123456Z' });
    await inside.tools.journal.write({ ended: [ended(waiting, 4)], rejected: [], now: NOW });
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

  test('P8: written again, also beside new entries, the first telling stays', async () => {
    const [first, second] = [
      waitingEvent('orders/paid', { id: 1 }),
      waitingEvent('orders/updated', { id: 1 }),
    ];
    await inside.tools.journal.write({ ended: [ended(first, 1)], rejected: [], now: NOW });
    const before = await entries(first.id);
    const again: Ended = { waiting: first, applied: { ...ended(first, 9).applied, outcome: 'stale' } };
    await inside.tools.journal.write({ ended: [again, ended(second, 2)], rejected: [], now: NOW + 1 });
    expect(await entries(first.id)).toEqual(before);
    expect(await entries(second.id)).toMatchObject([{ sequence: 2, outcome: 'applied' }]);
  });

  test('P8: the same event twice in one writing is one entry', async () => {
    const waiting = waitingEvent('orders/paid', { id: 2 });
    const one = ended(waiting, 1);
    await Promise.all(
      [1, 2].map(() => inside.tools.journal.write({ ended: [one, one], rejected: [], now: NOW })),
    );
    expect(await entries(waiting.id)).toHaveLength(1);
  });

  test('P7: a parked event is in the journal and in the parked, with its reason; again, only its end moves', async () => {
    const waiting = waitingEvent('orders/paid', { id: 3 });
    const rejected = (because: string, attempts: number) => [{ waiting, because, attempts }];
    await inside.tools.journal.write({ ended: [], rejected: rejected('not JSON', 1), now: NOW });
    await inside.tools.journal.write({ ended: [], rejected: rejected('still not', 2), now: NOW + 5 });
    expect(await entries(waiting.id)).toMatchObject([
      { outcome: 'parked', because: 'not JSON', sequence: null },
    ]);
    expect(await inside.collections.parked.find({ _id: waiting.id }).lean()).toMatchObject([
      { error: 'still not', attempts: 2, state: 'parked', firstAt: new Date(NOW), lastAt: new Date(NOW + 5) },
    ]);
  });
});
