import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { drainToolsOf } from '../../src/compose/drains.ts';
import { drainOrder } from '../../src/drain/drain-order.ts';
import type { DrainTools } from '../../src/drain/drain-tools.ts';
import { partsOf, type OrderKey } from '../../src/order/identity.ts';
import { decompress } from '../../src/system/payload.ts';
import { journalOf, openInProcess, type Inside } from '../support/in-process.ts';
import { acceptWith } from '../support/accepting.ts';
import { keyOf, RECEIVED_AT } from '../support/waiting-event.ts';

const AT = '2026-11-20T10:00:00Z';
const CUSTOMER = '{"id":7,"email":"ada@example.com"}';
/** Bodies whose first bytes name one order, and which name another one after all. */
const MISLEADING: [string, (first: string, own: string) => string][] = [
  ['its GraphQL id', (first, own) => `{"id":${first},"admin_graphql_api_id":"gid://shopify/Order/${own}"`],
  ['a second id', (first, own) => `{"id":${first},"id":${own}`],
];

describe('an event whose body names another order than its first bytes', () => {
  let inside: Inside;
  let next = 100;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  const pair = () => {
    next += 2;
    return {
      first: keyOf(String(next)),
      own: keyOf(String(next + 1)),
      ids: [`${next}`, `${next + 1}`] as const,
    };
  };
  const accept = (text: string) =>
    acceptWith(inside.depositor, { topic: 'orders/create', body: Buffer.from(text), triggeredAt: AT });
  const bodyOf = (front: string) =>
    `${front},"updated_at":"${AT}","currency":"USD","total_price":"1.00","customer":${CUSTOMER},"line_items":[]}`;
  const waitingIn = (order: OrderKey) => inside.redis.llen(inside.keys.mailbox(order));

  test.each(MISLEADING)('%s: its drain moves it, and it is applied once', async (_what, front) => {
    const { first, own, ids } = pair();
    const text = bodyOf(front(...ids));
    const answer = await accept(text);
    expect(answer).toMatchObject({ outcome: 'accepted' });
    expect(await waitingIn(first)).toBe(1);
    expect(await drainOrder(first, inside.tools)).toEqual({ outcome: 'drained', events: 1 });
    expect([await waitingIn(first), await waitingIn(own)]).toEqual([0, 1]);
    expect(await inside.redis.zscore(inside.keys.pending, own)).not.toBeNull();
    await drainOrder(own, inside.tools);
    expect(await inside.tools.orders.load(first)).toBeNull();
    expect(await inside.tools.orders.load(own)).toMatchObject({ version: 1, sequence: 1 });
    expect(await journalOf(inside, own)).toMatchObject([{ outcome: 'applied' }]);
    expect(await journalOf(inside, first)).toEqual([]);
    expect(await accept(text)).toMatchObject({ ...answer, outcome: 'duplicate' });
  });

  test.each(['before', 'after'] as const)(
    'P3: the process dies %s it is moved: it is applied once',
    async (when) => {
      const { first, own, ids } = pair();
      await accept(bodyOf(MISLEADING[0]![1](...ids)));
      const replay: DrainTools['replayer']['replay'] = async (event) => {
        if (when === 'after') await inside.tools.replayer.replay(event);
        throw new Error('died');
      };
      const dies = drainOrder(first, { ...inside.tools, replayer: { replay } });
      await expect(dies).rejects.toThrow('died');
      expect(await waitingIn(first)).toBe(1);
      await drainOrder(first, inside.tools);
      await drainOrder(own, inside.tools);
      expect([await waitingIn(first), await waitingIn(own)]).toEqual([0, 0]);
      expect(await inside.tools.orders.load(own)).toMatchObject({ version: 1, sequence: 1 });
      expect(await journalOf(inside, own)).toHaveLength(1);
    },
  );

  test('is moved as it was received, even if the data of the first order is redacted', async () => {
    const { first, own, ids } = pair();
    const at = new Date(RECEIVED_AT);
    const asked = {
      kind: 'customers/redact' as const,
      shop: partsOf(first).shop,
      customer: '999',
      orders: [ids[0]],
    };
    const times = { receivedAt: at, dueAt: at, state: 'done' as const, doneAt: at };
    await inside.collections.compliance.create({ _id: 'c'.repeat(64), ...asked, ...times });
    await accept(bodyOf(MISLEADING[1]![1](...ids)));
    // New tools: the others have already asked which shops have redactions.
    const tools = drainToolsOf(inside, inside.waker);
    await drainOrder(first, tools);
    await drainOrder(own, tools);
    const [entry] = await journalOf(inside, own);
    expect(entry).toMatchObject({ outcome: 'applied' });
    expect(entry?.redactedAt ?? null).toBeNull();
    const payload = entry?.payload as unknown as { buffer: Uint8Array };
    expect(decompress(payload.buffer).toString()).toContain('ada@example.com');
  });

  test('P7: a body that cannot be read is parked under the order in its first bytes', async () => {
    const { first, ids } = pair();
    expect(await accept(`{"id":${ids[0]},"name":"half}`)).toMatchObject({ outcome: 'accepted' });
    expect(await drainOrder(first, inside.tools)).toEqual({ outcome: 'drained', events: 1 });
    expect(await journalOf(inside, first)).toMatchObject([
      { outcome: 'parked', because: 'the body is not JSON', order: first },
    ]);
    expect(await inside.tools.orders.load(first)).toBeNull();
  });
});
