import type { LocalMachine } from '../../testkit/local/machine.ts';
import type { Case, Measured } from './measure.ts';

export interface Growth {
  startedAt: string;
  machine: LocalMachine;
  cases: Measured[];
}

const SPREAD = { shops: 1, updates: 0, partitions: 1 };
const FIRST_EVENTS = 4;

/** What grows, one thing at a time. Small cases are repeated, because they vary more. */
export const CASES: readonly Case[] = [
  { name: '10k waiting', ...SPREAD, orders: 2500, repeats: 7 },
  { name: '100k waiting', ...SPREAD, orders: 25_000, repeats: 1 },
  { name: '500k waiting', ...SPREAD, orders: 125_000, repeats: 1 },
  { name: '1 partition', ...SPREAD, orders: 5000, repeats: 3 },
  { name: '2 partitions', ...SPREAD, orders: 5000, partitions: 2, repeats: 3 },
  { name: '4 partitions', ...SPREAD, orders: 5000, partitions: 4, repeats: 3 },
  { name: '5,000 events of 1,250 orders', ...SPREAD, orders: 1250, repeats: 7 },
  { name: '5,000 events of one order', ...SPREAD, orders: 1, updates: 5000 - FIRST_EVENTS, repeats: 7 },
  { name: '40k events of 1 shop', ...SPREAD, orders: 10_000, repeats: 3 },
  { name: '40k events of 10,000 shops', ...SPREAD, orders: 10_000, shops: 10_000, repeats: 3 },
];

/** Which cases are compared, and the largest allowed ratio of their costs. */
export const CLAIMS: readonly { claim: string; of: string; against: string; atMost: number }[] = [
  {
    claim: 'cost per event with 500k waiting, against 10k',
    of: '500k waiting',
    against: '10k waiting',
    atMost: 1.1,
  },
  {
    claim: 'one order with 5,000 events against spread',
    of: '5,000 events of one order',
    against: '5,000 events of 1,250 orders',
    atMost: 2,
  },
  {
    claim: 'cost per event of 10,000 shops, against 1',
    of: '40k events of 10,000 shops',
    against: '40k events of 1 shop',
    atMost: 1.1,
  },
];
