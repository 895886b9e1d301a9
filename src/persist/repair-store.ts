import type { Statuses } from '../order/commit-record.ts';
import type { Collections } from './collections.ts';
import type { EffectDocument } from './effect-schema.ts';

/** The newest state of an order, as far as an effect has it. */
export interface NewestState extends Statuses {
  _id: string;
  version: number;
  /** Of its last commit. */
  committed?: { events: unknown[] };
}

/** What a repair of orders at a destination needs to know. */
export interface RepairStore {
  /** Those that exist. */
  newest: (orders: readonly string[]) => Promise<NewestState[]>;
  /** Of these orders, those with open effects at a destination. */
  withOpen: (destination: string, orders: readonly string[]) => Promise<Set<string>>;
  /** Of these effects, those that exist. */
  existing: (ids: readonly string[]) => Promise<Set<string>>;
}

const NEWEST = {
  version: 1,
  status: 1,
  financialStatus: 1,
  fulfillmentStatus: 1,
  'committed.events.sequence': 1,
} as const;

export function createRepairStore({ orders, effects }: Pick<Collections, 'orders' | 'effects'>): RepairStore {
  return {
    newest: async (keys) =>
      await orders.find({ _id: { $in: keys.map(String) } }, NEWEST).lean<NewestState[]>(),
    withOpen: async (destination, keys) => {
      const filter = {
        open: true,
        destination: String(destination),
        order: { $in: keys.map(String) },
      } as const;
      return new Set(await effects.distinct('order', filter));
    },
    existing: async (ids) => {
      const found = await effects
        .find({ _id: { $in: ids.map(String) } }, { _id: 1 })
        .lean<Pick<EffectDocument, '_id'>[]>();
      return new Set(found.map(({ _id }) => _id));
    },
  };
}
