import type { Connection, Model, mongo } from 'mongoose';
import type { Config } from '../system/config.ts';
import { auditSchema, type AuditDocument } from './audit-schema.ts';
import { completenessSchema, type CompletenessDocument } from './completeness-schema.ts';
import { backfilledLaneSchema, type BackfilledLaneDocument } from './backfilled-lane-schema.ts';
import { blockSchema, CHANGES_TTL_INDEX, type BlockDocument } from './block-schema.ts';
import { outboxSchema, TOMBSTONE_DAYS, TOMBSTONE_TTL_INDEX, type OutboxDocument } from './outbox-schema.ts';
import { destinationSchema, type DestinationDocument } from './destination-schema.ts';
import { EFFECTS_TTL_INDEX, effectSchema, type EffectDocument } from './effect-schema.ts';
import { eventSchema, JOURNAL_TTL_INDEX, type EventDocument } from './event-schema.ts';
import {
  HANDLER_STEPS_TTL_INDEX,
  handlerStepSchema,
  type HandlerStepDocument,
} from './handler-step-schema.ts';
import { eventTypeSchema, type EventTypeDocument } from './event-type-schema.ts';
import {
  INTAKE_KEY_DAYS,
  INTAKE_KEYS_TTL_INDEX,
  intakeKeySchema,
  type IntakeKeyDocument,
} from './intake-key-schema.ts';
import { codeOf, COMMAND_NOT_FOUND, INDEX_OPTIONS_CONFLICT } from './mongo-codes.ts';
import { ORDER_FIELDS, type OrderDocument } from './order-fields.ts';
import { orderSchema } from './order-schema.ts';
import { validate } from './order-validator.ts';
import { PARKED_TTL_INDEX, parkedSchema, type ParkedDocument } from './parked-schema.ts';
import { programSchema, type ProgramDocument } from './program-schema.ts';
import { receiptSchema, type ReceiptDocument } from './receipt-schema.ts';
import { replaySchema, type ReplayDocument } from './replay-schema.ts';
import { complianceSchema, type ComplianceDocument } from './compliance-schema.ts';
import {
  RECONCILE_RETENTION_DAYS,
  RECONCILE_TTL_INDEX,
  reconcileSchema,
  type ReconcileDocument,
} from './reconcile-schema.ts';
import { routedSchema, type RoutedDocument } from './routed-schema.ts';
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
  receipts: Model<ReceiptDocument>;
  audit: Model<AuditDocument>;
  tokens: Model<TokenDocument>;
  replays: Model<ReplayDocument>;
  shops: Model<ShopDocument>;
  sessions: Model<SessionDocument>;
  reconciles: Model<ReconcileDocument>;
  completeness: Model<CompletenessDocument>;
  compliance: Model<ComplianceDocument>;
  programs: Model<ProgramDocument>;
  outbox: Model<OutboxDocument>;
  changes: Model<BlockDocument>;
  destinations: Model<DestinationDocument>;
  effects: Model<EffectDocument>;
  handlerSteps: Model<HandlerStepDocument>;
  backfilledLanes: Model<BackfilledLaneDocument>;
  routed: Model<RoutedDocument>;
  eventTypes: Model<EventTypeDocument>;
  intakeKeys: Model<IntakeKeyDocument>;
}

export function collectionsOf(connection: Connection): Collections {
  return {
    orders: connection.model<OrderDocument>('Order', orderSchema),
    events: connection.model<EventDocument>('Event', eventSchema),
    parked: connection.model<ParkedDocument>('Parked', parkedSchema),
    spool: connection.model<SpoolDocument>('Spool', spoolSchema),
    receipts: connection.model<ReceiptDocument>('Receipt', receiptSchema),
    audit: connection.model<AuditDocument>('Audit', auditSchema),
    tokens: connection.model<TokenDocument>('Token', tokenSchema),
    replays: connection.model<ReplayDocument>('Replay', replaySchema),
    shops: connection.model<ShopDocument>('Shop', shopSchema),
    sessions: connection.model<SessionDocument>('Session', sessionSchema),
    reconciles: connection.model<ReconcileDocument>('Reconcile', reconcileSchema),
    completeness: connection.model<CompletenessDocument>('Completeness', completenessSchema),
    compliance: connection.model<ComplianceDocument>('Compliance', complianceSchema),
    programs: connection.model<ProgramDocument>('Program', programSchema),
    outbox: connection.model<OutboxDocument>('Outbox', outboxSchema),
    changes: connection.model<BlockDocument>('Block', blockSchema),
    destinations: connection.model<DestinationDocument>('Destination', destinationSchema),
    effects: connection.model<EffectDocument>('Effect', effectSchema),
    handlerSteps: connection.model<HandlerStepDocument>('HandlerStep', handlerStepSchema),
    backfilledLanes: connection.model<BackfilledLaneDocument>('BackfilledLane', backfilledLaneSchema),
    routed: connection.model<RoutedDocument>('Routed', routedSchema),
    eventTypes: connection.model<EventTypeDocument>('EventType', eventTypeSchema),
    intakeKeys: connection.model<IntakeKeyDocument>('IntakeKey', intakeKeySchema),
  };
}

/** Creates missing collections and indexes, and the validator of orders. Safe to repeat. */
export async function ensureIndexes(collections: Collections): Promise<void> {
  await validate(collections.orders, ORDER_FIELDS);
  // One collection at a time: building an index of a large one takes most of a server.
  for (const model of Object.values(collections) as Model<unknown>[]) await ensureIndexesOf(model);
}

/** One command for all indexes of a collection: mongoose's own `createIndexes` sends one for each. */
async function ensureIndexesOf(model: Model<unknown>): Promise<void> {
  await model.createCollection();
  const indexes = model.schema.indexes().map(([key, options]) => ({ key, ...options }));
  if (indexes.length > 0) await model.collection.createIndexes(indexes as mongo.IndexDescription[]);
}

/** How long things are kept, in days. */
export interface Retention {
  journal: number;
  changes: number;
}

export function retentionOf({
  JOURNAL_RETENTION_DAYS,
  CHANGES_RETENTION_DAYS,
}: Pick<Config, `${'JOURNAL' | 'CHANGES'}_RETENTION_DAYS`>): Retention {
  return { journal: JOURNAL_RETENTION_DAYS, changes: CHANGES_RETENTION_DAYS };
}

/** The same, and sets how long the journal, parked events, changes and reconciliation records are kept. */
export async function prepareCollections(collections: Collections, days: Retention): Promise<void> {
  await ensureIndexes(collections);
  await endAfter(collections.events, JOURNAL_TTL_INDEX, days.journal);
  await endAfter(collections.parked, PARKED_TTL_INDEX, days.journal);
  await endAfter(collections.effects, EFFECTS_TTL_INDEX, days.journal);
  await endAfter(collections.handlerSteps, HANDLER_STEPS_TTL_INDEX, days.journal);
  await endAfter(collections.intakeKeys, INTAKE_KEYS_TTL_INDEX, Math.max(days.journal, INTAKE_KEY_DAYS));
  await endAfter(collections.changes, CHANGES_TTL_INDEX, days.changes);
  await endAfter(collections.outbox, TOMBSTONE_TTL_INDEX, TOMBSTONE_DAYS);
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
