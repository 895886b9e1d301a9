import type { Connection, Model } from 'mongoose';
import { auditSchema, type AuditDocument } from './audit-schema.ts';
import { eventSchema, JOURNAL_TTL_INDEX, type EventDocument } from './event-schema.ts';
import { orderSchema, type OrderDocument } from './order-schema.ts';
import { parkedSchema, type ParkedDocument } from './parked-schema.ts';
import { programSchema, type ProgramDocument } from './program-schema.ts';
import { replaySchema, type ReplayDocument } from './replay-schema.ts';
import { complianceSchema, type ComplianceDocument } from './compliance-schema.ts';
import { reconcileSchema, type ReconcileDocument } from './reconcile-schema.ts';
import { sessionSchema, type SessionDocument } from './session-schema.ts';
import { shopSchema, type ShopDocument } from './shop-schema.ts';
import { spoolSchema, type SpoolDocument } from './spool-schema.ts';
import { tokenSchema, type TokenDocument } from './token-schema.ts';

/** Every collection (design 2.5): what Lockstep keeps, and what people do to it. */
export interface Collections {
  orders: Model<OrderDocument>;
  events: Model<EventDocument>;
  parked: Model<ParkedDocument>;
  spool: Model<SpoolDocument>;
  audit: Model<AuditDocument>;
  tokens: Model<TokenDocument>;
  replays: Model<ReplayDocument>;
  shops: Model<ShopDocument>;
  sessions: Model<SessionDocument>;
  reconciles: Model<ReconcileDocument>;
  compliance: Model<ComplianceDocument>;
  programs: Model<ProgramDocument>;
}

export function collectionsOf(mongo: Connection): Collections {
  return {
    orders: mongo.model<OrderDocument>('Order', orderSchema),
    events: mongo.model<EventDocument>('Event', eventSchema),
    parked: mongo.model<ParkedDocument>('Parked', parkedSchema),
    spool: mongo.model<SpoolDocument>('Spool', spoolSchema),
    audit: mongo.model<AuditDocument>('Audit', auditSchema),
    tokens: mongo.model<TokenDocument>('Token', tokenSchema),
    replays: mongo.model<ReplayDocument>('Replay', replaySchema),
    shops: mongo.model<ShopDocument>('Shop', shopSchema),
    sessions: mongo.model<SessionDocument>('Session', sessionSchema),
    reconciles: mongo.model<ReconcileDocument>('Reconcile', reconcileSchema),
    compliance: mongo.model<ComplianceDocument>('Compliance', complianceSchema),
    programs: mongo.model<ProgramDocument>('Program', programSchema),
  };
}

/** MongoDB's code for an index that is there with other options. */
const INDEX_OPTIONS_CONFLICT = 85;
/** MongoDB's code for a command that is not there: the embedded engine has no collMod. */
const COMMAND_NOT_FOUND = 59;

/** Makes collections and indexes that are missing. Safe to repeat. */
export async function ensureIndexes(collections: Collections): Promise<void> {
  for (const model of Object.values(collections) as Model<unknown>[]) {
    await model.createCollection();
    await model.createIndexes();
  }
}

/** The same, and the journal forgets events after so many days. */
export async function prepareCollections(collections: Collections, retentionDays: number): Promise<void> {
  await ensureIndexes(collections);
  const expireAfterSeconds = Math.round(retentionDays * 86_400);
  const events = collections.events.collection;
  try {
    await events.createIndex(JOURNAL_TTL_INDEX, { expireAfterSeconds });
  } catch (error) {
    if (codeOf(error) !== INDEX_OPTIONS_CONFLICT) throw error;
    await changeRetention(collections.events, expireAfterSeconds);
  }
}

async function changeRetention({ db: { db }, collection }: Model<EventDocument>, expireAfterSeconds: number) {
  const index = { keyPattern: JOURNAL_TTL_INDEX, expireAfterSeconds };
  try {
    await db?.command({ collMod: collection.collectionName, index });
  } catch (error) {
    if (codeOf(error) !== COMMAND_NOT_FOUND) throw error;
    await collection.dropIndex(JOURNAL_TTL_INDEX as unknown as string);
    await collection.createIndex(JOURNAL_TTL_INDEX, { expireAfterSeconds });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
