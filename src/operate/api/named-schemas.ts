import { z } from 'zod';
import { auditEntry, auditPage, auditChain } from '../shapes/audit.ts';
import { exportLine } from '../shapes/exports.ts';
import { salesReport } from '../shapes/reports.ts';
import { change as orderChange, changePage } from '../shapes/changes.ts';
import {
  completeness,
  completenessAnswer,
  completenessPage,
  completenessRequest,
  statementKey,
} from '../shapes/completeness.ts';
import { compared, compareRequest, repaired, repairRequest } from '../shapes/comparisons.ts';
import { signedStatement } from '../../system/signed-statement.ts';
import { complianceRequest, complianceList, exportRequest, exportAnswer } from '../shapes/compliance.ts';
import {
  backfillRequest,
  destination,
  destinationAnswer,
  destinationList,
  destinationPut,
  destinationTested,
} from '../shapes/destinations.ts';
import { preview, previewAsked } from '../shapes/preview.ts';
import {
  effect,
  effectDetail,
  effectPage,
  effectsChanged,
  effectsRequest,
  handlerStep,
  orderEffects,
  undoRequest,
} from '../shapes/effects.ts';
import { claim, claimList, bodyLookup, bodyLookedUp, claimRelease } from '../shapes/dedupe.ts';
import {
  change,
  entryWithChanges,
  timeline,
  eventSummary,
  eventPage,
  eventDetail,
} from '../shapes/events.ts';
import {
  eventPost,
  eventTaken,
  eventType,
  eventTypeAnswer,
  eventTypeList,
  eventTypePut,
} from '../shapes/intake.ts';
import { lock, lockList, lockRelease, lockReleased } from '../shapes/locks.ts';
import { mailbox, mailboxPage, mailboxDetail, because, did } from '../shapes/mailboxes.ts';
import { order, orderDetail, orderPage, searchAnswer } from '../shapes/orders.ts';
import {
  parkedGroup,
  parkedGroups,
  parkedEvent,
  parkedPage,
  replayRequest,
  discardRequest,
  wouldBe,
  replayRun,
  replayBegun,
  replayAnswer,
  replayList,
  discarded,
} from '../shapes/parked.ts';
import { problem } from '../shapes/problem.ts';
import { queue, queueList } from '../shapes/queues.ts';
import {
  rebuildRequest,
  rebuildLook,
  rebuildAnswer,
  rebuildsRequest,
  rebuildsAnswer,
} from '../shapes/rebuild.ts';
import { reconcileRequest, reconcile, reconcileAnswer, reconcilePage } from '../shapes/reconcile.ts';
import { shopRow, shopList, shopDetail } from '../shapes/shops.ts';
import {
  status,
  program,
  sample,
  now,
  history,
  doctor,
  config,
  loadTestList,
  openApiDocument,
} from '../shapes/system.ts';
import {
  bearer,
  signIn,
  tokenRow,
  tokenList,
  tokenMint,
  tokenMinted,
  onceMint,
  onceMinted,
  signedOut,
} from '../shapes/tokens.ts';
import { difference, verifiedPage } from '../shapes/verify.ts';
import { REPORT_EXAMPLES } from './report-examples.ts';
import { COMPLETENESS_EXAMPLES } from './completeness-examples.ts';
import { EFFECT_EXAMPLES } from './effect-examples.ts';
import { INTAKE_EXAMPLES } from './intake-examples.ts';
import { ORDER_EXAMPLES } from './order-examples.ts';
import { SYSTEM_EXAMPLES } from './system-examples.ts';

const EXAMPLES: Readonly<Record<string, unknown>> = {
  ...ORDER_EXAMPLES,
  ...COMPLETENESS_EXAMPLES,
  ...EFFECT_EXAMPLES,
  ...INTAKE_EXAMPLES,
  ...REPORT_EXAMPLES,
  ...SYSTEM_EXAMPLES,
};

/**
 * The schemas that have a name in the API's document, where others refer to them. Each has a description and an example.
 */
const NAMED: Readonly<Record<string, [z.ZodType, string]>> = {
  AuditEntry: [
    auditEntry,
    'One action of an operator or of Shopify: who did what, when, why, and how it ended.',
  ],
  AuditPage: [auditPage, 'A page of the audit log, newest first.'],
  AuditChain: [auditChain, 'Whether the audit log is unchanged.'],
  PrivacyRequest: [
    complianceRequest,
    "Shopify's request to export or erase the data of a customer or a shop: ids only.",
  ],
  PrivacyRequestList: [complianceList, 'Privacy requests, soonest due first.'],
  ExportRequest: [exportRequest, 'Asks for one page of an export.'],
  ExportPage: [exportAnswer, 'A page of all stored data about a customer.'],
  DedupeKey: [claim, 'The dedupe key of an event in Redis, and what happened to the event.'],
  DedupeKeyList: [claimList, 'Dedupe keys that were found, and what was searched.'],
  BodyLookup: [bodyLookup, 'A body as it was sent, as text or as base64. It is hashed, never stored.'],
  BodyLookedUp: [bodyLookedUp, 'The dedupe keys of a body, and its hash under each topic.'],
  DedupeRelease: [claimRelease, 'Releases a dedupe key: the event is accepted again if it is sent again.'],
  Destination: [destination, 'Where effects go, under which conditions, and what is not sent yet.'],
  DestinationList: [destinationList, 'All destinations, by name.'],
  DestinationRequest: [destinationPut, 'A destination as it should be. Absent fields get their defaults.'],
  DestinationAnswer: [destinationAnswer, 'The destination as it is now, and what was done.'],
  BackfillRequest: [backfillRequest, 'Which history to send to a destination, and why.'],
  DestinationTested: [destinationTested, 'What happened to a sample.'],
  CompareRequest: [compareRequest, 'Asks for a part of a comparison.'],
  ComparedPart: [compared, 'A part of a comparison: the orders that are not as they should be.'],
  RepairRequest: [repairRequest, 'Which orders to send to a destination again.'],
  Repaired: [repaired, 'How many orders are sent again; for a dry run, how many would be.'],
  PreviewRequest: [previewAsked, 'Settings of a destination that decide what it gets.'],
  Preview: [preview, 'What the newest changes would set off.'],
  Effect: [effect, 'What a change of an order set off at a destination, and what happened to it.'],
  EffectDetail: [effectDetail, 'An effect, and what its handler has done.'],
  HandlerStep: [handlerStep, 'What a handler has done, or has decided.'],
  EffectPage: [effectPage, 'A page of effects, newest first.'],
  OrderEffects: [orderEffects, 'The effects of an order, in sequence.'],
  EffectsRequest: [effectsRequest, 'Which effects to replay or skip: by id, or all that match a filter.'],
  UndoRequest: [undoRequest, 'Why what a handler did is undone.'],
  EffectsChanged: [effectsChanged, 'How many effects were changed; for a dry run, how many would be.'],
  Lock: [lock, "Who holds an order's lock, since when, and whether that program is alive."],
  LockList: [lockList, 'Held locks, longest held first.'],
  LockRelease: [lockRelease, 'Releases a lock that the given token still holds.'],
  LockReleased: [lockReleased, 'What was done, and what happens to a late commit by the holder.'],
  Mailbox: [mailbox, 'The waiting events of an order: how many, and for how long.'],
  MailboxPage: [mailboxPage, 'Orders with waiting events, longest waiting first.'],
  MailboxWithEvents: [mailboxDetail, 'One mailbox with its events; bodies are not shown.'],
  Reason: [because, 'Why the action is taken. Recorded in the audit log.'],
  Done: [did, 'What was done, in words.'],
  Order: [
    order,
    'An order as described by its events so far. Amounts are text, in the currency beside them; times are ISO 8601, UTC.',
  ],
  OrderWithBody: [orderDetail, 'An order; for operators also the newest body that Shopify sent.'],
  OrderPage: [orderPage, 'A page of orders.'],
  SearchAnswer: [searchAnswer, 'What was found, and where it was searched.'],
  FieldChange: [change, 'One field of an order that an event changed; no customer data.'],
  TimelineEntry: [
    entryWithChanges,
    'One event of an order: what happened to it, and why. With `states=1`, also what it changed.',
  ],
  Timeline: [
    timeline,
    "An order's history: its events, what they set off, what operators did, and its current lock.",
  ],
  Event: [
    eventSummary,
    'What happened to one event. `sequence` is its place in the order of application; null: it was not applied.',
  ],
  EventPage: [eventPage, 'A page of processed and parked events, newest first.'],
  EventPost: [eventPost, 'An event of another system for an order.'],
  EventTaken: [eventTaken, 'The event is stored durably; or it already was, when its key came before.'],
  EventType: [eventType, 'A type of events that other systems may send, with the schema of their data.'],
  EventTypeAnswer: [eventTypeAnswer, 'The type as it is now, and what was done.'],
  EventTypeList: [eventTypeList, 'All types, by name.'],
  EventTypePut: [eventTypePut, 'The schema of the data of a type, and what in it is not private.'],
  EventWithBody: [eventDetail, 'One event; with `payload=1` also its body.'],
  ParkedGroup: [parkedGroup, 'Parked events with the same cause, topic and shop.'],
  ParkedGroups: [parkedGroups, 'Parked events by cause, topic and shop, largest group first.'],
  ParkedEvent: [parkedEvent, 'An event that could not be applied, and why.'],
  ParkedPage: [parkedPage, 'A page of parked events, newest first.'],
  ReplayRequest: [
    replayRequest,
    'Which parked events to put back into their mailboxes. A repeated id starts no second replay.',
  ],
  DiscardRequest: [discardRequest, 'Which parked events to discard.'],
  DryRun: [wouldBe, 'How many events would be affected; nothing was changed.'],
  Replay: [replayRun, 'A replay of parked events, with its progress.'],
  ReplayBegun: [replayBegun, 'A replay, and what the request did.'],
  ReplayAnswer: [replayAnswer, 'The replay; for a dry run, how many events would be replayed.'],
  ReplayList: [replayList, 'Replays, newest first.'],
  Discarded: [discarded, 'How many events were discarded; for a dry run, how many would be.'],
  Queue: [queue, 'The queue of one partition: its jobs by state, and its workers.'],
  QueueList: [queueList, 'All queues, and the events a second over all of them.'],
  RebuildRequest: [rebuildRequest, 'A rebuild of an order from its journal, or a dry run of it.'],
  RebuildPlan: [rebuildLook, 'What a rebuild of an order would change.'],
  RebuildAnswer: [rebuildAnswer, 'What was done; for a dry run, what would change.'],
  RebuildPageRequest: [rebuildsRequest, 'A page of orders to rebuild where needed, or a dry run of it.'],
  RebuildPage: [rebuildsAnswer, 'How many orders of a page were rebuilt, needed no change, or were refused.'],
  ReconciliationRequest: [reconcileRequest, "A pass that compares a shop's orders with Shopify's."],
  Reconciliation: [
    reconcile,
    "A pass that compared a shop's orders with Shopify's: its progress and findings.",
  ],
  ReconciliationBegun: [reconcileAnswer, 'A pass, and what the request did.'],
  ReconciliationPage: [reconcilePage, 'Passes, newest first.'],
  ExportLine: [
    exportLine,
    'A line of an export: a row, or with `format=marked` also the columns, a position, the end.',
  ],
  SalesReport: [
    salesReport,
    'Sales by group and currency; amounts of different currencies are never added up.',
  ],
  Change: [
    orderChange,
    'An event that was applied to an order, with the statuses before and after it. One commit may have several.',
  ],
  ChangePage: [changePage, 'A page of the change feed, oldest first.'],
  CompletenessRequest: [completenessRequest, 'Which days of which shop to count.'],
  CompletenessCheck: [
    completeness,
    "How many orders of a period exist here and at Shopify, by the days of the shop's zone.",
  ],
  CompletenessBegun: [completenessAnswer, 'A check, and what the request did.'],
  CompletenessPage: [completenessPage, 'Checks, newest first.'],
  StatementKey: [statementKey, 'The public key of signed statements.'],
  CompletenessStatement: [signedStatement, 'The result of a check, signed with Ed25519.'],
  Shop: [shopRow, 'A shop: its traffic, its install, and what needs attention.'],
  ShopList: [shopList, 'Shops, busiest first.'],
  ShopDetail: [shopDetail, 'A shop with its last reconciliations and its open privacy requests.'],
  Status: [
    status,
    'Overall status: one sentence, then the figures. Figures of a server that is down are null.',
  ],
  Program: [program, 'A process that sent a heartbeat in the last hour.'],
  Sample: [sample, 'The figures of one second.'],
  Now: [now, 'What the live stream sends each second.'],
  History: [history, 'Figures of the last 15 minutes, second by second.'],
  Doctor: [doctor, 'What was checked, what was found, and what to do about it.'],
  Config: [config, 'The settings, without secrets.'],
  LoadTestList: [loadTestList, 'Reports of load tests, newest first.'],
  Session: [bearer, 'Who is signed in, with which role, and until when.'],
  SignIn: [signIn, 'A token, or the code of a one-time link.'],
  Token: [tokenRow, 'A token or session; never the token itself.'],
  TokenList: [tokenList, 'Tokens and, separately, sessions, newest first.'],
  TokenRequest: [tokenMint, 'Whose token, with which role, and for how long.'],
  TokenMinted: [tokenMinted, 'A new token; it is shown only once.'],
  OneTimeLinkRequest: [onceMint, 'Asks for a one-time link that signs in as the caller.'],
  OneTimeLink: [onceMinted, 'A link that signs in once.'],
  SignedOut: [signedOut, 'The session has ended.'],
  Difference: [difference, 'A field of an order that does not agree with its journal.'],
  VerifiedPage: [
    verifiedPage,
    'A page of orders, each compared with its journal. If all findings are zero, nothing is wrong.',
  ],
  OpenApiDocument: [openApiDocument, 'The document of this API: OpenAPI 3.1.'],
  Problem: [problem, 'Why a request was refused or failed: problem details (RFC 9457).'],
};

/** Registers the schemas under their names in zod's registry. */
export function nameSchemas(): void {
  for (const [id, [schema, description]] of Object.entries(NAMED))
    schema.register(z.globalRegistry, { id, description, examples: [EXAMPLES[id]] });
}
