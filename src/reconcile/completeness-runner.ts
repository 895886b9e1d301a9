import type { Locks } from '../lock/locks.ts';
import type { Collections } from '../persist/collections.ts';
import type { CompletenessStore } from '../persist/completeness-store.ts';
import type { CompletenessDocument } from '../persist/completeness-schema.ts';
import type { AdminApi } from '../shop/admin-api.ts';
import { Fault, messageOf } from '../system/errors.ts';
import type { Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import { checkCompleteness, NotComparable } from './check-completeness.ts';
import { accessOf } from './queries.ts';
import { ENDINGS } from './reconcile-shop.ts';
import { SETTINGS } from './reconcile-tools.ts';
import { ComeBack, createThrottledApi, type RetryPolicy } from './throttled-api.ts';

export interface CompletenessTools {
  api: AdminApi;
  collections: Pick<Collections, 'orders' | 'shops'>;
  store: CompletenessStore;
  lock: Locks;
  metrics: Metrics;
  log: Logger;
  now: () => number;
  /** Overridden by tests. */
  patience?: RetryPolicy;
}

const LOOK_EVERY_MS = 1000;
/** A check takes seconds. Its queries share the shop's points with a reconciliation of the same shop. */
const SHOPS_AT_ONCE = 4;
/** A check that has not ended by then fails: Shopify made it wait, or something unexpected fails again and again. */
const LATE_MS = 3_600_000;
/** Delay after Redis or MongoDB was down, or when another process is checking the shop. */
const AGAIN_AFTER_MS = 10_000;

/**
 * Carries out the completeness checks that people request. The records are the jobs, and the shop's lock allows one
 * check per shop. A check that began in a process that died is repeated from its start: it only reads.
 */
export class CompletenessRunner implements Component {
  readonly name = 'completeness';
  readonly #tools: CompletenessTools;
  readonly #stopping = new AbortController();
  /** Shop -> its check. */
  readonly #running = new Map<string, Promise<void>>();
  /** Shop -> when its checks are tried again. */
  readonly #later = new Map<string, number>();
  readonly #looks: Repeating;

  constructor(tools: CompletenessTools) {
    this.#tools = tools;
    this.#looks = repeating(
      this.name,
      LOOK_EVERY_MS,
      () => this.#look(),
      (error) => tools.log.debug({ because: messageOf(error) }, 'could not look for checks; trying again'),
    );
  }

  start(): void {
    this.#looks.start();
  }

  /** Interrupts the checks: they are repeated in another process, or here after a restart. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the program stops'));
    await this.#looks.stop();
    await Promise.all(this.#running.values());
  }

  async #look(): Promise<void> {
    const now = this.#tools.now();
    for (const check of await this.#tools.store.open()) {
      if (this.#stopping.signal.aborted || this.#running.size >= SHOPS_AT_ONCE) return;
      if (this.#running.has(check.shop) || (this.#later.get(check.shop) ?? 0) > now) continue;
      const run = this.#run(check).finally(() => this.#running.delete(check.shop));
      this.#running.set(check.shop, run);
    }
  }

  async #run(check: CompletenessDocument): Promise<void> {
    const { _id: id, shop } = check;
    const again = (ms: number) => this.#later.set(shop, this.#tools.now() + ms);
    try {
      const waitMs = await runCheck(check, this.#tools, this.#stopping.signal);
      if (waitMs === null) this.#later.delete(shop);
      else again(waitMs);
    } catch (error) {
      again(AGAIN_AFTER_MS);
      this.#tools.log.warn({ shop, check: id, because: messageOf(error) }, 'a check is repeated later');
    }
  }
}

/** Carries out a check. @returns null: it has ended; or how long to wait before it is tried again */
async function runCheck(
  { _id: id, shop, askedAt }: CompletenessDocument,
  tools: CompletenessTools,
  stopping: AbortSignal,
): Promise<number | null> {
  const { store, lock, log } = tools;
  const lease = await lock.acquire(redisKeys(0).shopLock('completeness', shop), `completeness ${id}`);
  if (!lease) return AGAIN_AFTER_MS;
  const interrupted = AbortSignal.any([stopping, lease.signal]);
  const began = performance.now();
  try {
    const record = await store.begin(id);
    if (!record) return null;
    const counted = await checkCompleteness(record, await checkToolsOf(shop, tools, interrupted));
    lease.assertHeld();
    await store.done(id, counted);
    const { here, atShopify } = counted;
    log.info({ shop, check: id, here, atShopify, ms: Math.round(performance.now() - began) }, 'compared');
    return null;
  } catch (error) {
    const isLate = tools.now() >= askedAt.getTime() + LATE_MS;
    if (error instanceof ComeBack && !isLate) return error.ms;
    const fault = error instanceof ComeBack ? error.fault : error;
    if (interrupted.aborted || !(isLate || isFinal(fault))) throw fault;
    await store.failed(id, messageOf(fault));
    log.warn({ shop, check: id, because: messageOf(fault) }, 'a completeness check failed');
    return null;
  } finally {
    await lease.release();
  }
}

/** Whether it is useless to repeat the check soon. */
function isFinal(error: unknown): boolean {
  return error instanceof NotComparable || (error instanceof Fault && ENDINGS.has(error.code));
}

async function checkToolsOf(shop: string, tools: CompletenessTools, interrupted: AbortSignal) {
  const { api, collections, metrics, now, patience = SETTINGS.patience } = tools;
  const known = await collections.shops.findById(shop, { scopes: 1 }).lean();
  const onThrottled = () => metrics.reconcileThrottled.inc();
  const asker = createThrottledApi(shop, { api, patience, onThrottled }, interrupted);
  return { asker, access: accessOf(known?.scopes ?? []), collections, now };
}
