import type { PlantedFault } from './fault.ts';

/** In shop/, compliance/ and reconcile/. */
export const INSTALLING: readonly PlantedFault[] = [
  {
    name: 'session-token-of-another-issuer',
    promise: 'P1',
    file: 'shop/session-token.ts',
    find: '&& new URL(iss).hostname === shop',
    replace: '&& new URL(iss).hostname !== ""',
    tests: ['shop/installing'],
  },
  {
    name: 'refreshed-by-everybody',
    promise: 'P4',
    file: 'shop/access-tokens.ts',
    find: "shopLock('token', shop)",
    replace: "shopLock('token', `${shop} ${Math.random()}`)",
    tests: ['shop/one-refresh-for-all'],
  },
  {
    name: 'every-uninstall-counts',
    promise: 'P5',
    file: 'shop/shop-book.ts',
    find: '{ _id: shop, installedAt: { $lte: triggeredAt } },',
    replace: '{ _id: shop },',
    tests: ['shop/lifecycle'],
  },
  {
    name: 'stale-orders-stay',
    promise: 'P6',
    file: 'reconcile/compare.ts',
    find: '(ours?.at ?? -1) >= updatedAt',
    replace: '(ours?.at ?? -1) >= 0',
    tests: ['reconcile/compare'],
  },
  {
    name: 'redacted-persons-come-back',
    promise: 'P8',
    file: 'drain/drain-order.ts',
    find: 'const clean = await tools.redactions.masked(order, known, events);',
    replace: 'const clean = events;',
    tests: ['compliance/nothing-of-a-redacted-customer-is-left'],
  },
  {
    name: 'redaction-put-off-by-a-stream',
    promise: 'P7',
    file: 'compliance/waiting.ts',
    find: 'Number(score) <= since.getTime()',
    replace: 'Number(score) <= since.getTime() * 2',
    tests: ['compliance/a-stream-does-not-put-off-a-redaction'],
  },
];
