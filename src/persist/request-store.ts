import type { ShopEvent } from '../order/shop-event.ts';
import type { Collections } from './collections.ts';
import type { ComplianceDocument } from './compliance-schema.ts';
import { equals } from './equals.ts';

type Wish = Extract<ShopEvent, { topic: ComplianceDocument['kind'] }>;

/** Privacy requests: what Shopify demands for a customer or a shop, until it is done. */
export interface RequestStore {
  /** Records a request. Repeating it changes nothing. */
  ask: (event: Wish) => Promise<'counts'>;
  /** Redactions that are not done, soonest due first. */
  redactionsToDo: () => Promise<ComplianceDocument[]>;
  one: (id: string) => Promise<ComplianceDocument | null>;
  /** Soonest due first. @param shops only of these; null: of all */
  list: (
    states: readonly ComplianceDocument['state'][],
    shops: readonly string[] | null,
    limit: number,
  ) => Promise<ComplianceDocument[]>;
  /** Requests of one shop that are not done, soonest due first. */
  openOf: (shop: string, limit: number) => Promise<ComplianceDocument[]>;
  change: (id: string, changes: Partial<ComplianceDocument>) => Promise<void>;
  /**
   * Records that a page of an export was handed over. The last page completes the request. A page can start
   * only where a previous page ended, so the last page comes after all others.
   * @param next where the next page starts; null: this was the last one
   */
  handedOver: (id: string, who: string, at: Date, next: string | null) => Promise<void>;
}

/** Shopify's deadline: 30 days after its request. */
const DAYS = 30;
const DAY_MS = 86_400_000;
/** Redactions per round; the others follow in the next rounds. */
const AT_A_TIME = 1000;

const OPEN = ['asked', 'working'] as const;

export function createRequestStore({ compliance }: Pick<Collections, 'compliance'>): RequestStore {
  return {
    ask: async (event) => {
      await compliance.updateOne({ _id: event.id }, { $setOnInsert: recordOf(event) }, { upsert: true });
      return 'counts';
    },
    redactionsToDo: async () =>
      await compliance
        .find({ state: { $in: [...OPEN] }, kind: { $in: ['customers/redact', 'shop/redact'] } })
        .sort({ dueAt: 1 })
        .limit(AT_A_TIME)
        .lean<ComplianceDocument[]>(),
    one: async (id) => await compliance.findById(id).lean<ComplianceDocument>(),
    list: async (states, shops, limit) =>
      await compliance
        .find({ ...equals({ shop: shops ?? undefined }), state: { $in: [...states] } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean<ComplianceDocument[]>(),
    openOf: async (shop, limit) =>
      await compliance
        .find({ shop, state: { $in: [...OPEN] } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean<ComplianceDocument[]>(),
    change: async (id, changes) => {
      await compliance.updateOne({ _id: id }, { $set: changes });
    },
    handedOver: async (id, who, at, next) => {
      const given = next === null ? {} : { $addToSet: { pages: next } };
      await compliance.updateOne({ _id: id }, { $push: { exports: { at, who } }, ...given });
      if (next === null)
        await compliance.updateOne({ _id: id, doneAt: null }, { $set: { state: 'done', doneAt: at } });
    },
  };
}

function recordOf(event: Wish): Omit<ComplianceDocument, '_id'> {
  const of = event.topic === 'shop/redact' ? { customer: null, orders: [] } : event;
  return {
    kind: event.topic,
    shop: event.shop,
    customer: of.customer,
    orders: of.orders,
    receivedAt: new Date(event.receivedAt),
    dueAt: new Date(event.receivedAt + DAYS * DAY_MS),
    state: 'asked',
    counts: {},
    passes: 0,
    passedAt: null,
    cursor: null,
    doneAt: null,
    because: null,
    exports: [],
  };
}
