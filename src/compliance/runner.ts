import type { Lease, Locks } from '../lock/locks.ts';
import type { AuditedOnce } from '../persist/audited-once.ts';
import type { Collections } from '../persist/collections.ts';
import type { ComplianceDocument } from '../persist/compliance-schema.ts';
import { emptyShop, keepInstalled, markRedacted } from '../persist/erased-shop.ts';
import { messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { pass, reachOf, type Passed } from './pass.ts';
import type { Reach } from './redact.ts';
import type { RequestStore } from '../persist/request-store.ts';
import type { Waiting } from './waiting.ts';

export interface RunnerTools {
  collections: Collections;
  requests: RequestStore;
  audited: AuditedOnce;
  waiting: Waiting;
  lock: Locks;
  /** Whether Shopify says that a shop has the app. */
  isIn: (shop: string) => Promise<'in' | 'out' | 'unknown'>;
  log: Logger;
  now: () => number;
}

const EVERY_MS = 5000;
/** After this time every worker knows the request (persist/redactions.ts), and older drains have ended. */
const BETWEEN_PASSES_MS = 60_000;
/** Time for one request per round; then the next one has its turn. */
const GO_MS = 20_000;

/**
 * Redacts. The record of a request is its job, and any runner continues it where it stopped. A request is
 * done when a pass finds nothing, if that pass started at least a minute after another one and no event from
 * before the request was waiting: that proves that nothing is left. Later events are redacted on arrival.
 */
export class ComplianceRunner implements Component {
  readonly name = 'compliance';
  readonly #tools: RunnerTools;
  readonly #rounds: Repeating;
  #stopping = false;

  constructor(tools: RunnerTools) {
    this.#tools = tools;
    this.#rounds = repeating(
      this.name,
      EVERY_MS,
      () => this.round(),
      (error) => tools.log.warn({ because: messageOf(error) }, 'redactions failed; trying again'),
    );
  }

  start(): void {
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#rounds.stop();
  }

  /** Works on every request once. @throws when MongoDB or Redis is down */
  async round(): Promise<void> {
    const { requests, lock, log } = this.#tools;
    for (const { _id, shop } of await requests.redactionsToDo()) {
      if (this.#stopping) return;
      const lease = await lock.acquire(redisKeys(0).shopLock('compliance', shop), `compliance ${_id}`);
      if (!lease) continue;
      try {
        // The previous lock holder may have changed it.
        const record = await requests.one(_id);
        if (record && record.state !== 'done') await this.#resume(record, lease);
      } catch (error) {
        log.warn(
          { shop, request: _id, because: messageOf(error) },
          'a redaction was interrupted; it continues later',
        );
      } finally {
        await lease.release();
      }
    }
  }

  async #resume(record: ComplianceDocument, lease: Lease): Promise<void> {
    const { collections, requests, audited, now } = this.#tools;
    if (record.passedAt && now() - record.passedAt.getTime() < BETWEEN_PASSES_MS) return;
    const because = await whyVoid(record, this.#tools);
    if (because === 'unknown') return;
    if (because !== null) {
      if (record.state === 'working') await audited.end(await audited.begin(actOf(record)), because);
      return await requests.change(record._id, { state: 'done', doneAt: new Date(now()), because });
    }
    const reach = await reachOf(collections, record);
    // Also before the first pass: events that come from now on are redacted on arrival.
    if (record.cursor === null && (await this.#waits(record, reach))) return;
    const entry = await audited.begin(actOf(record));
    if (record.kind === 'shop/redact')
      await emptyShop(collections, record.shop, record.receivedAt, new Date(now()));
    const deadline = now() + GO_MS;
    const passed = await pass(collections, record, reach, () => {
      lease.assertHeld();
      return this.#stopping || now() > deadline;
    });
    const changes = changesAfter(record, passed, new Date(now()));
    if (changes.state === 'done') {
      await markShop(record, collections, new Date(now()));
      await audited.end(entry, countsText(passed.counts));
    }
    await requests.change(record._id, changes);
  }

  /** Whether an event from before the request is still waiting in a mailbox or in the spool, or has a receipt. */
  async #waits({ shop, receivedAt }: ComplianceDocument, { orders }: Reach): Promise<boolean> {
    const { waiting, collections } = this.#tools;
    const inRedis =
      '$in' in orders ? waiting.ofOrders(orders.$in, receivedAt) : waiting.ofShop(shop, receivedAt);
    if (await inRedis) return true;
    const before = { order: orders, receivedAt: { $lte: receivedAt } };
    return (
      (await collections.spool.exists(before)) !== null ||
      (await collections.receipts.exists(before)) !== null
    );
  }
}

function changesAfter(
  { passes }: ComplianceDocument,
  { counts, found, cursor }: Passed,
  at: Date,
): Partial<ComplianceDocument> {
  if (cursor !== null) return { state: 'working', counts, cursor };
  const passed = { counts, cursor: null, passes: passes + 1, passedAt: at };
  return found === 0 && passes > 0
    ? { ...passed, state: 'done', doneAt: at }
    : { ...passed, state: 'working' };
}

function actOf({ _id, shop }: ComplianceDocument) {
  const who = { who: 'shopify', role: 'none' } as const;
  return { action: 'compliance.redact', target: shop, ...who, reason: `event ${_id}` } as const;
}

function countsText(counts: Record<string, number>): string {
  const counted = Object.entries(counts).map(([name, count]) => `${name}: ${count}`);
  return `redacted ${counted.join(', ')}; the last pass found nothing`;
}

const AGAIN = 'void: the shop has installed the app again since the request';
const STILL = 'void: the shop still has the app, as a call to Shopify with its token has shown';

/**
 * Why a shop must not be erased; null: it must; `unknown`: Shopify gives no answer now. Only the request's
 * body is signed, and it is the same for every request of a shop: an old one that was recorded and is sent
 * again must erase nothing.
 */
async function whyVoid(
  { kind, shop, receivedAt }: ComplianceDocument,
  { collections, isIn, now }: RunnerTools,
): Promise<string | null> {
  if (kind !== 'shop/redact') return null;
  const known = await collections.shops.findById(shop, { state: 1, installedAt: 1 }).lean();
  if (known?.state !== 'installed') return null;
  if (known.installedAt > receivedAt) return AGAIN;
  const answer = await isIn(shop);
  if (answer !== 'in') return answer === 'out' ? null : answer;
  await keepInstalled(collections, shop, new Date(now()));
  return STILL;
}

async function markShop(
  { kind, shop }: ComplianceDocument,
  collections: Collections,
  at: Date,
): Promise<void> {
  if (kind === 'shop/redact') await markRedacted(collections, shop, at);
}
