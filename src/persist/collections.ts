import type { Connection, Model } from 'mongoose';
import { auditSchema, type AuditDocument } from './audit-schema.ts';
import { eventSchema, JOURNAL_TTL_INDEX, type EventDocument } from './event-schema.ts';
import { orderSchema, type OrderDocument } from './order-schema.ts';
import { PARKED_TTL_INDEX, parkedSchema, type ParkedDocument } from './parked-schema.ts';
import { programSchema, type ProgramDocument } from './program-schema.ts';
import { replaySchema, type ReplayDocument } from './replay-schema.ts';
import { complianceSchema, type ComplianceDocument } from './compliance-schema.ts';
import {
  RECONCILE_RETENTION_DAYS,
  RECONCILE_TTL_INDEX,
  reconcileSchema,
  type ReconcileDocument,
} from './reconcile-schema.ts';
import { sessionSchema, type SessionDocument } from './session-schema.ts';
import { shopSchema, type ShopDocument } from './shop-schema.ts';
import { spoolSchema, type SpoolDocument } from './spool-schema.ts';
import { tokenSchema, type TokenDocument } from './token-schema.ts';

/** Every collection: what Lockstep keeps, and what operators do to it. */
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

/** MongoDB's code for an index that already exists with other options. */
const INDEX_OPTIONS_CONFLICT = 85;
/** MongoDB's code for an unknown command: the embedded engine has no collMod. */
const COMMAND_NOT_FOUND = 59;

/** Creates missing collections and indexes. Safe to repeat. */
export async function ensureIndexes(collections: Collections): Promise<void> {
  for (const model of Object.values(collections) as Model<unknown>[]) {
    await model.createCollection();
    await model.createIndexes();
  }
}

/** The same, and sets how long the journal, parked events and reconciliation records are kept. */
export async function prepareCollections(collections: Collections, retentionDays: number): Promise<void> {
  await ensureIndexes(collections);
  await endAfter(collections.events, JOURNAL_TTL_INDEX, retentionDays);
  await endAfter(collections.parked, PARKED_TTL_INDEX, retentionDays);
  await endAfter(collections.reconciles, RECONCILE_TTL_INDEX, RECONCILE_RETENTION_DAYS);
}

/** Makes documents expire this many days after the time in this field, even if the index had another period before. */
async function endAfter<Kept>(
  { db: { db }, collection }: Model<Kept>,
  keyPattern: Readonly<Record<string, 1>>,
  days: number,
): Promise<void> {
  const expireAfterSeconds = Math.round(days * 86_400);
  try {
    await collection.createIndex(keyPattern, { expireAfterSeconds });
    return;
  } catch (error) {
    if (codeOf(error) !== INDEX_OPTIONS_CONFLICT) throw error;
  }
  try {
    const index = { keyPattern, expireAfterSeconds };
    await db?.command({ collMod: collection.collectionName, index });
  } catch (error) {
    if (codeOf(error) !== COMMAND_NOT_FOUND) throw error;
    await collection.dropIndex(keyPattern as unknown as string);
    await collection.createIndex(keyPattern, { expireAfterSeconds });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
