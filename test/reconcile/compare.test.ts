import { expect, test } from '@jest/globals';
import { compare, type Held } from '../../src/reconcile/compare.ts';
import { asShopDomain } from '../../src/order/identity.ts';
import { keyOf } from '../support/waiting-event.ts';

const NOON = Date.UTC(2026, 10, 27, 12);
const shop = asShopDomain('example.myshopify.com');

test.each<[string, Held | null, string[]]>([
  ['nothing of it', null, ['missing']],
  ['only parts of it', { at: null, deleted: false }, ['missing']],
  ['an older state', { at: NOON - 1000, deleted: false }, ['stale']],
  ['the same state', { at: NOON, deleted: false }, []],
  ['a newer state: it changed while we looked', { at: NOON + 1000, deleted: false }, []],
  ['its deletion, and an older state', { at: NOON - 1000, deleted: true }, []],
  ['its deletion, and nothing else', { at: null, deleted: true }, []],
])('we hold %s', (_name, held, found) => {
  if (!shop) throw new Error('no shop');
  const ours = new Map(held ? [[keyOf('7') as string, held]] : []);
  const drifted = compare(shop, [{ id: '7', updatedAt: NOON }], ours);
  expect(drifted.map(({ what }) => what)).toEqual(found);
});
