import type { Connection, mongo } from 'mongoose';
import type { EventId, OrderKey } from '../../src/order/identity.ts';
import type { PartFields } from '../../src/order/part.ts';
import type { OrderBody } from '../../src/order/body-schemas.ts';
import type { PartKind, Topic } from '../../src/order/topics.ts';
import { collectionsOf, prepareCollections } from '../../src/persist/collections.ts';
import type { EventDocument } from '../../src/persist/event-schema.ts';

/** An order as the rivals store it: the latest values, and what came. */
export interface RivalOrder {
  _id: OrderKey;
  name: string | null;
  financialStatus: string | null;
  fulfillmentStatus: string | null;
  currency: string | null;
  totalPrice: string | null;
  updatedAt: string | null;
  closedAt: string | null;
  cancelledAt: string | null;
  deleted: boolean;
  lines: NonNullable<OrderBody['line_items']>;
  parts: Partial<Record<PartKind, PartFields[]>>;
  /** One entry for each application that is still visible: a lost update loses its entry too. */
  history: { event: EventId; topic: Topic }[];
}

type RivalEvent = Omit<EventDocument, 'occurredAt' | 'outcome' | 'because' | 'sequence' | 'duplicates'>;

/** The rivals' collections; their names and indexes are Lockstep's. */
export interface RivalStore {
  orders: mongo.Collection<RivalOrder>;
  events: mongo.Collection<RivalEvent>;
}

export function rivalStore(mongo: Connection): RivalStore {
  const database = mongo.getClient().db(mongo.name);
  return { orders: database.collection('orders'), events: database.collection('events') };
}

/** Creates what Lockstep's worker creates when it starts. */
export async function ensureRivalIndexes(mongo: Connection, retentionDays: number): Promise<void> {
  await prepareCollections(collectionsOf(mongo), { journal: retentionDays, changes: 30 });
}
