import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { HANDLER_PREFIX, type DestinationDocument } from '../../persist/destination-schema.ts';
import type { DestinationStore } from '../../persist/destination-store.ts';
import type { EffectActs } from '../../persist/effect-acts.ts';
import type { Sealed } from '../../system/cipher.ts';
import { BACKFILL_RATE } from '../../system/backfill-rate.ts';
import { ALERT_AFTER_MS } from '../../system/states.ts';
import { phaseOf } from '../destination-phase.ts';
import { invalidField, Refusal } from '../refusal.ts';
import type {
  BackfillRequest,
  Destination,
  DestinationAnswer,
  DestinationPut,
  DestinationTested,
} from '../shapes/destinations.ts';
import { historyFrom, refuseFuture, shownBackfill } from './backfill.ts';
import { refuseEnded, refuseWhen, whenOf } from './when-sent.ts';
import type { Preview } from '../shapes/preview.ts';
import { backlogOf, type BacklogTools } from './backlog.ts';

/** Encrypts, checks and makes the secrets that sign messages. */
interface DestinationSecrets {
  /** Why a secret cannot be used; null: it can. */
  problem: (secret: string) => string | null;
  make: () => string;
  /** @throws Refusal if TOKEN_KEYS is not set */
  seal: (name: string, secrets: readonly string[]) => Sealed[];
}

type PreviewedChange = Omit<Preview['changes'][number], 'occurredAt'> & { occurredAt: Date };

export interface DestinationTools {
  store: DestinationStore;
  effects: EffectActs;
  backlog: BacklogTools;
  secrets: DestinationSecrets;
  /** Why expressions cannot be compiled; null: they can. */
  expressionProblem: (expression: string) => string | null;
  /** Sends a sample. @throws Error in words, if its secrets cannot be decrypted */
  sendSample: (destination: DestinationDocument) => Promise<Omit<DestinationTested, 'did'>>;
  /** What the newest changes would set off. */
  preview: (
    asked: Pick<DestinationDocument, 'on' | 'shops' | 'filter' | 'transform'>,
    limit: number,
  ) => Promise<PreviewedChange[]>;
  /** Deletes the jobs of a destination that was deleted. */
  forget: (name: string) => Promise<void>;
  now: () => number;
}

export async function viewOf(
  destination: DestinationDocument,
  tools: DestinationTools,
): Promise<Destination> {
  const { _id: name, uid: _, afterBlock: __, settings, credentials, secrets, ...shown } = destination;
  const { createdAt, changedAt, handler, backfill: ___, rulesSince: ____, ...rest } = shown;
  const counts = await tools.backlog.figures.counts(name);
  const phase = phaseOf(destination, counts, tools.now());
  return {
    name,
    ...rest,
    ...phase,
    ...whenOf(destination),
    backfillRate: rest.backfillRate ?? BACKFILL_RATE,
    backfill: shownBackfill(destination, phase.phase, tools.now()),
    readBack: rest.readBack ?? null,
    settings: settings ?? null,
    credentials: Boolean(credentials),
    handler: handler ? { ...handler, seenAt: handler.seenAt.toISOString() } : null,
    secrets: secrets.length,
    shops: rest.shops && [...rest.shops],
    on: [...rest.on],
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
    pausedBy: rest.pausedBy ?? null,
    alertAfterMs: rest.alertAfterMs ?? ALERT_AFTER_MS,
    open: { ...counts, oldestAt: counts.oldestAt?.toISOString() ?? null },
    backlog: await backlogOf(destination, counts, phase.phase, tools.backlog),
  };
}

/** @throws Refusal not_found */
export async function oneOf(name: string, { store }: DestinationTools): Promise<DestinationDocument> {
  return (await store.one(name)) ?? unknown(name);
}

export function unknown(name: string): never {
  throw new Refusal('not_found', `there is no destination ${name}`);
}

/** Adds or changes a destination. An HTTP destination without secrets gets one, which only this answer shows. */
export async function putDestination(
  name: string,
  asked: DestinationPut,
  tools: DestinationTools,
): Promise<DestinationAnswer> {
  refuseReserved(name);
  const { reason: _reason, secrets, credentials: _credentials, from, ...fields } = asked;
  refuseInvalid(fields, secrets, tools);
  refuseQuery(fields);
  const known = await tools.store.one(name);
  refuseFrom(from, known, tools.now());
  refuseWhen(fields, known, tools.now());
  const made = secrets === undefined && !known?.secrets.length ? tools.secrets.make() : undefined;
  const sealed = {
    secrets: sealedOf(name, made === undefined ? secrets : [made], known, tools),
    credentials: credentialsOf(name, asked, known, tools),
  };
  const revision = known?.revision ?? null;
  const stored = await tools.store.put(name, { ...fields, ...sealed }, revision, randomUUID(), { from });
  if (!stored) throw new Refusal('conflict', 'it was changed at the same moment: look at it again');
  const did = known ? `changed: revision ${stored.revision}` : addedWith(from, fields.on);
  return { ...(await viewOf(stored, tools)), did, ...(made !== undefined && { secret: made }) };
}

function refuseFrom(from: Date | null | undefined, known: DestinationDocument | null, now: number): void {
  refuseFuture(from, now);
  if (known && from !== undefined)
    throw invalidField(
      'from',
      'is only for a new destination; POST …/backfill sends the history to one that exists',
    );
}

function addedWith(from: Date | null | undefined, on: readonly string[]): string {
  if (on.length === 0) return 'added: it gets what handlers set off';
  if (from === undefined) return 'added: it gets the changes that it asks for, from now on';
  return `added: it gets ${historyFrom(from)}, and then what is new`;
}

/** A publisher that has the code makes the destination of a handler. */
function refuseReserved(name: string): void {
  if (name.startsWith(HANDLER_PREFIX))
    throw new Refusal(
      'conflict',
      `only publishers make ${HANDLER_PREFIX}…, from the code in LOCKSTEP_HANDLERS`,
    );
}

function sealedOf(
  name: string,
  secrets: readonly string[] | undefined,
  known: DestinationDocument | null,
  tools: DestinationTools,
): Sealed[] {
  if (secrets?.length === 0) return [];
  return secrets === undefined ? (known?.secrets ?? []) : tools.secrets.seal(name, secrets);
}

/**
 * Those of the request; otherwise those that it has, unless the request removes them. Another server must not get the
 * credentials of the old one, so changed settings need them again.
 * @throws Refusal
 */
function credentialsOf(
  name: string,
  asked: DestinationPut,
  known: DestinationDocument | null,
  tools: DestinationTools,
): Sealed | null {
  if (asked.credentials) return tools.secrets.seal(name, [asked.credentials])[0] ?? null;
  if (asked.credentials === null || known?.kind !== asked.kind || !known.credentials) return null;
  if (!isDeepStrictEqual(known.settings, asked.settings))
    throw invalidField('credentials', 'must be given again (or as null), because `settings` change');
  return known.credentials;
}

/** @throws Refusal if an expression or a secret cannot be used */
export function refuseInvalid(
  { filter, transform }: Pick<DestinationPut, 'filter' | 'transform'>,
  secrets: readonly string[] | undefined,
  tools: DestinationTools,
): void {
  for (const [field, expression] of Object.entries({ filter, transform })) {
    const problem = expression === null ? null : tools.expressionProblem(expression);
    if (problem !== null) throw invalidField(field, problem);
  }
  for (const [i, secret] of (secrets ?? []).entries()) {
    const problem = tools.secrets.problem(secret);
    if (problem !== null) throw invalidField(`secrets/${i}`, problem);
  }
}

function refuseQuery({ kind, readBack }: Pick<DestinationPut, 'kind' | 'readBack'>): void {
  if (readBack?.kind === 'sql' && kind !== 'postgres')
    throw invalidField('readBack', 'only a PostgreSQL destination is read by a query');
}

/** A publisher says every five seconds that it has a handler's code. */
const CODE_IS_GONE_MS = 60_000;

/** The code would make the destination again, and miss the changes in between. */
function refuseLive(handler: DestinationDocument['handler'], now: number): void {
  if (!handler) return;
  const seconds = Math.round((now - handler.seenAt.getTime()) / 1000);
  if (seconds * 1000 < CODE_IS_GONE_MS)
    throw new Refusal(
      'conflict',
      `a publisher had its code ${seconds} s ago: remove it from LOCKSTEP_HANDLERS first, and wait for a minute`,
    );
}

/** Starts a backfill of a destination that exists. */
export async function startBackfill(
  name: string,
  { from, rate }: BackfillRequest,
  tools: DestinationTools,
): Promise<DestinationAnswer> {
  refuseFuture(from, tools.now());
  refuseEnded(await oneOf(name, tools), tools.now());
  const started = await tools.store.backfill(name, from, rate);
  if (!started) throw new Refusal('conflict', 'its backfill is not finished yet, or it was deleted');
  return { ...(await viewOf(started, tools)), did: `started to send ${historyFrom(from)}` };
}

/** Sends a sample. */
export async function testDestination(name: string, tools: DestinationTools): Promise<DestinationTested> {
  const known = await oneOf(name, tools);
  if (known.kind === 'handler')
    throw new Refusal('conflict', 'a handler gets no samples: test it with lockstep/testing');
  const tested = await tools.sendSample(known);
  return { ...tested, did: `sent a sample: ${tested.because ?? `it answered ${tested.answer}`}` };
}

/** Deletes a destination. What it has not sent is skipped, and stays in the lists. */
export async function deleteDestination(name: string, tools: DestinationTools): Promise<string> {
  refuseLive((await tools.store.one(name))?.handler, tools.now());
  const removed = await tools.store.remove(name);
  if (!removed) unknown(name);
  const skipped = await tools.effects.skip(
    { destination: name },
    'its destination was deleted',
    new Date(tools.now()),
  );
  await tools.forget(name);
  return `deleted; effects that were not sent, and are skipped now: ${skipped.length}`;
}
