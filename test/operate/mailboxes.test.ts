import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createMailboxList } from '../../src/deposit/mailbox-list.ts';
import { mailboxRoutes } from '../../src/operate/api/mailbox-routes.ts';
import type { OrderKey } from '../../src/order/identity.ts';
import type { MailboxRow } from '../../src/operate/shapes/mailboxes.ts';
import { openDeposit, type DepositInside } from '../support/in-process.ts';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { ServedRoutes } from './served-routes.ts';

const REASON = 'it does not move';
const SHOP = 'example.myshopify.com';

describe('/api/mailboxes', () => {
  let inside: DepositInside;
  let served: ServedRoutes;
  beforeAll(async () => {
    inside = await openDeposit({ partitions: 2 });
    const { redis, partitions, waker, queues } = inside;
    served = await ServedRoutes.start(
      mailboxRoutes({
        redis,
        mailboxes: createMailboxList(redis, partitions),
        waker,
        partitions: 2,
        isPaused: async (partition) => (await queues[partition]?.isPaused()) ?? false,
      }),
    );
  });
  afterAll(async () => {
    await served.stop();
    await inside.close();
  });
  beforeEach(async () => {
    await inside.redis.flushdb();
  });

  async function deposited(...ids: string[]): Promise<void> {
    for (const id of ids)
      await inside.depositor.deposit(waitingEvent('orders/paid', { id }, { order: keyOf(id) }), null);
    await inside.waker.flush();
  }
  const list = async (query = '') => {
    const { status, json } = await served.get(`/mailboxes${query}`);
    const orders = ((json.mailboxes ?? []) as MailboxRow[]).map(({ order }) => order);
    return { status, json, orders, cursor: json.cursor as string | null };
  };
  const jobs = async () =>
    (
      await Promise.all(inside.queues.map((queue) => queue.getJobCountByTypes('waiting', 'prioritized')))
    ).reduce((a, b) => a + b, 0);

  test('lists waiting orders, longest waiting first, in pages', async () => {
    expect((await list()).json).toEqual({ mailboxes: [], total: 0, cursor: null });
    await deposited('1', '2', '2', '3', '4', '5');
    const first = await list('?limit=2');
    expect(first.json.total).toBe(5);
    expect((first.json.mailboxes as MailboxRow[])[0]).toEqual({
      order: first.orders[0],
      waitingEvents: first.orders[0] === keyOf('2') ? 2 : 1,
      waitingSince: expect.stringMatching(/^\d{4}-.*Z$/),
      waitedMs: expect.any(Number),
      due: true,
    });
    const second = await list(`?limit=2&cursor=${first.cursor}`);
    const third = await list(`?limit=2&cursor=${second.cursor}`);
    expect(third.cursor).toBeNull();
    const all = [...first.orders, ...second.orders, ...third.orders];
    expect(all).toHaveLength(5);
    expect(all.toSorted()).toEqual(['1', '2', '3', '4', '5'].map((id) => keyOf(id)));
  });

  test.each([
    ['no base64', '%%%'],
    ['nonsense', Buffer.from('nonsense').toString('base64url')],
    ['a position without a valid time', Buffer.from('soon a.myshopify.com/1').toString('base64url')],
    ['a script', Buffer.from('1 <script>').toString('base64')],
    ['padded', `${Buffer.from('1 example.myshopify.com/1').toString('base64url')}=`],
    ['a line more', Buffer.from('1 a/1\n2').toString('base64url')],
    ['10 kB', 'A'.repeat(10_000)],
  ])('a cursor that was not made here is a 400: %s', async (_what, cursor) => {
    expect((await served.get(`/mailboxes?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400);
  });

  test.each(['?limit=0', '?limit=201', '?limit=ten', '?shop=a.myshopify.com', '?cursor[]=a'])(
    'an invalid query is a 400: %s',
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );

  test('shows the waiting events of one order without their bodies', async () => {
    const event = waitingEvent('orders/paid', { email: 'ada@example.com' }, { order: keyOf('7') });
    await inside.depositor.deposit(event, null);
    await inside.waker.flush();
    const { status, json, text } = await served.get(`/mailboxes/${SHOP.toUpperCase()}/7`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ order: keyOf('7'), waitingEvents: 1, due: true });
    expect(json.events).toEqual([
      {
        event: event.id,
        topic: 'orders/paid',
        webhookId: event.webhookId,
        triggeredAt: null,
        receivedAt: new Date(event.receivedAt).toISOString(),
        unreadable: null,
        bodyBytes: event.body.length,
      },
    ]);
    expect(text).not.toContain('ada@example.com');
  });

  test('an order without waiting events: 404 that says what was searched', async () => {
    const { status, json } = await served.get(`/mailboxes/${SHOP}/404`);
    expect(status).toBe(404);
    expect(json.detail).toMatch(
      /no waiting events for example.myshopify.com\/404; searched: its mailbox in Redis, partition [01]/,
    );
    expect((await served.post(`/mailboxes/${SHOP}/404/wake`, { reason: REASON })).status).toBe(404);
    expect(await jobs()).toBe(0);
  });

  test.each(['no%20shop/1', `${SHOP}/0`, `${SHOP}/abc`, `${SHOP}/${'9'.repeat(20)}`, `${SHOP}/%00`])(
    'an invalid order is a 400: %s',
    async (place) => {
      expect((await served.get(`/mailboxes/${place}`)).status).toBe(400);
      expect((await served.post(`/mailboxes/${place}/wake`, { reason: REASON })).status).toBe(400);
    },
  );

  test('wakes an order whose job was lost, and says so; it is audited', async () => {
    await deposited('8');
    for (const queue of inside.queues) await queue.obliterate({ force: true });
    expect(await jobs()).toBe(0);
    const { status, json } = await served.post(`/mailboxes/${SHOP}/8/wake`, { reason: REASON });
    expect(status).toBe(200);
    expect(json.did).toBe(
      `A drain job for ${keyOf('8')} was added: a worker runs it now, or after the drains before it.`,
    );
    expect(await jobs()).toBe(1);
    expect(served.acts.at(-1)).toMatchObject({
      action: 'mailbox.wake',
      target: keyOf('8'),
      reason: REASON,
      outcome: 'done',
      detail: json.did,
    });
  });

  test('says that an order waits for a paused queue', async () => {
    await deposited('9');
    await Promise.all(inside.queues.map((queue) => queue.pause()));
    const { json } = await served.post(`/mailboxes/${SHOP}/9/wake`, { reason: REASON });
    expect(json.did).toMatch(/is due, but queue [01] is paused/);
  });

  /** Routes over a waker that does nothing so many times, and then what the real one does. */
  async function withIdleWaker(times: number): Promise<ServedRoutes> {
    const { redis, partitions, waker } = inside;
    let left = times;
    const idle = {
      ...waker,
      wakeAgain: (orders: OrderKey[]) => (left-- > 0 ? Promise.resolve() : waker.wakeAgain(orders)),
    };
    const mailboxes = createMailboxList(redis, partitions);
    const isPaused = () => Promise.resolve(false);
    return await ServedRoutes.start(
      mailboxRoutes({ redis, mailboxes, waker: idle, partitions: 2, isPaused }),
    );
  }

  test('a wake-up that could not be added is a failure', async () => {
    await deposited('10');
    for (const queue of inside.queues) await queue.obliterate({ force: true });
    const other = await withIdleWaker(Infinity);
    const { status, json } = await other.post(`/mailboxes/${SHOP}/10/wake`, { reason: REASON });
    expect(status).toBe(503);
    expect(json.detail).toContain('the sweeper adds one');
    await other.stop();
  });

  test('a wake-up whose key was deleted by another one at the same moment is added again', async () => {
    await deposited('11');
    for (const queue of inside.queues) await queue.obliterate({ force: true });
    const other = await withIdleWaker(1);
    const { status, json } = await other.post(`/mailboxes/${SHOP}/11/wake`, { reason: REASON });
    expect({ status, did: json.did }).toEqual({ status: 200, did: expect.stringContaining('was added') });
    await other.stop();
  });

  test("waking is an operator's, with a reason", async () => {
    await deposited('11');
    const before = await jobs();
    expect((await served.post(`/mailboxes/${SHOP}/11/wake`, { reason: REASON }, 'viewer')).status).toBe(403);
    expect((await served.post(`/mailboxes/${SHOP}/11/wake`, {})).status).toBe(400);
    expect(await jobs()).toBe(before);
  });
});
