import { describe, expect, test } from '@jest/globals';
import { asShopDomain } from '../../src/order/identity.ts';
import { compare, type Held } from '../../src/reconcile/compare.ts';
import { listedOrder } from '../../src/reconcile/read-answers.ts';
import { keyOf } from '../support/waiting-event.ts';

const NOON = Date.UTC(2026, 10, 27, 12);
const LOOKED_AT = NOON + 3_600_000;

/** What we hold: the same as {@link THEIRS}, except for `fields`. */
const held = (fields: Partial<Held> = {}): Held => ({
  at: NOON,
  reconciled: false,
  deletedAt: null,
  cancelled: false,
  closedAt: null,
  financialStatus: 'paid',
  fulfillmentStatus: null,
  currency: 'USD',
  totalPrice: '60.00',
  transactions: 1,
  fulfillments: 0,
  refunds: new Set(['41']),
  disputes: new Map([['51', 'won']]),
  returns: new Map([['61', 'open']]),
  ...fields,
});

const THEIRS = {
  id: 'gid://shopify/Order/7',
  updatedAt: '2026-11-27T12:00:00Z',
  closedAt: null,
  cancelledAt: null,
  currencyCode: 'USD',
  displayFinancialStatus: 'PAID',
  displayFulfillmentStatus: 'UNFULFILLED',
  totalPriceSet: { shopMoney: { amount: '60.0', currencyCode: 'USD' } },
  transactionsCount: { count: 1 },
  fulfillmentsCount: { count: 0 },
  refunds: [{ id: 'gid://shopify/Refund/41' }],
  disputes: [{ id: 'gid://shopify/ShopifyPaymentsDispute/51', status: 'WON' }],
  returns: { nodes: [{ id: 'gid://shopify/Return/61', status: 'OPEN' }] },
};

function drifted(theirs: object, ours: Held | null) {
  const shop = asShopDomain('example.myshopify.com');
  if (!shop) throw new Error('no shop');
  const listed = [listedOrder.parse({ ...THEIRS, ...theirs })];
  return compare(shop, listed, new Map(ours ? [[keyOf('7') as string, ours]] : []), LOOKED_AT);
}

test.each<[string, Held | null, string[]]>([
  ['nothing of it', null, ['missing']],
  ['only parts of it', held({ at: null }), ['missing']],
  ['an older state', held({ at: NOON - 1000 }), ['stale']],
  ['the same state', held(), []],
  [
    'a newer state: it changed during the comparison',
    held({ at: NOON + 1000, financialStatus: 'pending' }),
    [],
  ],
  ['a state from tomorrow', held({ at: LOOKED_AT + 86_400_000 }), ['stuck']],
  ['its deletion, and an older state', held({ at: NOON - 1000, deletedAt: NOON + 500 }), []],
  ['only its deletion', held({ at: null, deletedAt: NOON }), []],
  ['its deletion, but Shopify changed it since', held({ deletedAt: NOON - 1000 }), ['stuck']],
])('we hold %s', (_name, ours, found) => {
  expect(drifted({}, ours).map(({ what }) => what)).toEqual(found);
});

describe('at the same second', () => {
  test.each<[string, Partial<Held>, string]>([
    ['a different financial status', { financialStatus: 'pending' }, 'financial status'],
    ['a different fulfillment status', { fulfillmentStatus: 'fulfilled' }, 'fulfillment status'],
    ['a different total', { totalPrice: '61.00' }, 'total price'],
    ['no total', { totalPrice: null }, 'total price'],
    ['a different currency', { currency: 'EUR' }, 'currency'],
    ['a closed order', { closedAt: '2026-11-27T12:00:00Z' }, 'closed at'],
    ['a cancelled order', { cancelled: true }, 'cancelled'],
    ['one transaction less', { transactions: 0 }, 'transactions'],
    ['one transaction more', { transactions: 2 }, 'transactions'],
    ['one more fulfillment', { fulfillments: 1 }, 'fulfillments'],
    ['a different refund', { refunds: new Set(['42']) }, 'refunds'],
    ['no dispute', { disputes: new Map() }, 'disputes'],
    ['a dispute that is still open', { disputes: new Map([['51', 'under_review']]) }, 'disputes'],
    ['a closed return', { returns: new Map([['61', 'closed']]) }, 'returns'],
  ])('we hold %s: it differs', (_name, ours, fact) => {
    expect(drifted({}, held(ours))).toMatchObject([{ what: 'differs', facts: [fact] }]);
  });

  test.each<[string, object, Partial<Held>]>([
    [
      'an amount with fewer digits',
      { totalPriceSet: { shopMoney: { amount: '60', currencyCode: 'USD' } } },
      {},
    ],
    [
      'an amount of 600 as 600.0',
      { totalPriceSet: { shopMoney: { amount: '600', currencyCode: 'USD' } } },
      { totalPrice: '600.0' },
    ],
    [
      'a closing time in another time zone',
      { closedAt: '2026-11-27T12:00:00Z' },
      { closedAt: '2026-11-27T13:00:00+01:00' },
    ],
    ['restocked goods', { displayFulfillmentStatus: 'RESTOCKED' }, {}],
    [
      'a parcel on hold, which does not say what was shipped',
      { displayFulfillmentStatus: 'ON_HOLD' },
      { fulfillmentStatus: 'partial' },
    ],
  ])('%s is not a difference', (_name, theirs, ours) => {
    expect(drifted(theirs, held(ours))).toEqual([]);
  });

  test('facts that a list does not contain are not compared', () => {
    const nothing = Object.fromEntries(Object.keys(THEIRS).map((name) => [name, undefined]));
    const { id, updatedAt } = THEIRS;
    const ours = held({ financialStatus: null, currency: null, totalPrice: null, closedAt: 'once' });
    expect(drifted({ ...nothing, id, updatedAt }, ours)).toEqual([]);
  });
});
