import type { ShopDomain } from '../order/identity.ts';
import type { Lease } from '../lock/order-lock.ts';
import type { ReconcileDocument } from '../persist/reconcile-schema.ts';
import { Fault, messageOf, type FaultCode } from '../system/errors.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { asker, type Asker } from './asker.ts';
import { bulkPages, BulkRefused } from './bulk-pages.ts';
import type { Drifted } from './compare.ts';
import { listedPages, type ListedPage } from './listed-pages.ts';
import { driftOf, putRight } from './put-right.ts';
import { SETTINGS, type ReconcileTools } from './reconcile-tools.ts';

/**
 * How a pass went. `busy`: another process is at this shop. `interrupted`: it goes on at its cursor later, here
 * or elsewhere.
 */
export type Ran = 'done' | 'failed' | 'aborted' | 'busy' | 'interrupted';

/**
 * One pass over a shop's orders: lock, list page by page, compare, deposit what we lack, write down how far it is.
 * If the process dies at any line, the record still runs and has the cursor of the first page that is not done;
 * whatever of that page was deposited is found to be there (P3).
 * @param stopping aborted when the program stops
 */
export async function reconcileShop(
  id: string,
  shop: string,
  tools: ReconcileTools,
  stopping: AbortSignal,
): Promise<Ran> {
  const lease = await tools.lock.acquire(redisKeys(0).shopLock('reconcile', shop), `reconcile ${id}`);
  if (!lease) return 'busy';
  const began = performance.now();
  try {
    const record = await tools.book.begin(id);
    if (!record) return 'aborted';
    const pass = new Pass(record, tools, lease, AbortSignal.any([stopping, lease.signal]));
    const ran = await pass.go();
    pass.tell(ran, performance.now() - began);
    return ran;
  } finally {
    await lease.release();
  }
}

/** Faults of Shopify's that end a pass; what else goes wrong is ours, and tried again. */
const ENDINGS: ReadonlySet<FaultCode> = new Set([
  'shopify_refused',
  'not_installed',
  'shopify_throttled',
  'shopify_away',
]);

class Pass {
  readonly #record: ReconcileDocument;
  readonly #shop: ShopDomain;
  readonly #tools: ReconcileTools;
  readonly #lease: Lease;
  readonly #signal: AbortSignal;
  readonly #asker: Asker;
  readonly #settings;
  #cursor: string | null;
  readonly #sum = { checked: 0, missing: 0, stale: 0, putRight: 0, points: 0 };
  readonly #tooLong: string[] = [];
  #because: string | null = null;

  constructor(record: ReconcileDocument, tools: ReconcileTools, lease: Lease, signal: AbortSignal) {
    this.#record = record;
    this.#shop = record.shop as ShopDomain;
    this.#tools = tools;
    this.#lease = lease;
    this.#signal = signal;
    this.#cursor = record.cursor ?? null;
    this.#settings = { ...SETTINGS, ...tools.settings };
    const onThrottled = () => tools.metrics.reconcileThrottled.inc();
    this.#asker = asker(
      record.shop,
      { api: tools.api, patience: this.#settings.patience, onThrottled },
      signal,
    );
  }

  async go(): Promise<Ran> {
    try {
      for await (const page of this.#pages()) if (!(await this.#takePage(page))) return 'aborted';
      return await this.#end();
    } catch (error) {
      this.#because = messageOf(error);
      if (this.#signal.aborted || !(error instanceof Fault && ENDINGS.has(error.code))) return 'interrupted';
      return await this.#fail(error);
    }
  }

  async *#pages(): AsyncGenerator<ListedPage> {
    const { how, since, until, _id } = this.#record;
    const { overlapMs, bulkPollMs: pollMs, patience } = this.#settings;
    if (how === 'bulk') {
      try {
        const bulk = { file: this.#tools.bulkFile, pollMs, patience };
        return yield* bulkPages(this.#asker, this.#cursor, bulk, this.#signal);
      } catch (error) {
        if (!(error instanceof BulkRefused)) throw error;
        this.#tools.log.info({ shop: this.#shop, because: error.message }, 'no bulk operation: page by page');
        await this.#tools.book.byPages(_id);
        this.#cursor = null;
      }
    }
    const window = { since: since ? since.getTime() - overlapMs : null, until: until.getTime() };
    yield* listedPages(this.#asker, window, this.#cursor);
  }

  /** Whether it goes on. */
  async #takePage({ orders: all, cursor }: ListedPage): Promise<boolean> {
    const { dryRun, until, _id } = this.#record;
    // A bulk operation lists what changed since, too: that is the next pass's.
    const orders = all.filter(({ updatedAt }) => updatedAt <= until.getTime());
    const drifted = await driftOf(this.#shop, orders, this.#tools);
    this.#lease.assertHeld();
    const put = dryRun
      ? { deposited: 0, tooLong: [] }
      : await putRight(this.#shop, drifted, this.#asker, this.#tools);
    const points = this.#asker.spent();
    const step = {
      from: this.#cursor,
      to: cursor,
      checked: orders.length,
      points,
      found: drifted.map(foundOf),
    };
    if (!(await this.#tools.book.step(_id, step))) return false;
    this.#cursor = cursor;
    this.#count(orders.length, drifted, put.deposited, points);
    this.#tooLong.push(...put.tooLong);
    if (put.deposited > 0)
      await this.#tools.collections.shops.updateOne(
        { _id: this.#shop },
        { $inc: { putRight: put.deposited } },
      );
    return true;
  }

  #count(checked: number, drifted: readonly Drifted[], deposited: number, points: number): void {
    const { metrics } = this.#tools;
    const missing = drifted.filter(({ what }) => what === 'missing').length;
    const stale = drifted.length - missing;
    metrics.reconcileChecked.inc(checked);
    metrics.reconcileDrift.inc({ kind: 'missing' }, missing);
    metrics.reconcileDrift.inc({ kind: 'stale' }, stale);
    metrics.reconcilePutRight.inc(deposited);
    metrics.reconcilePoints.inc(points);
    this.#sum.checked += checked;
    this.#sum.missing += missing;
    this.#sum.stale += stale;
    this.#sum.putRight += deposited;
    this.#sum.points += points;
  }

  async #end(): Promise<Ran> {
    const { _id, dryRun, since, until } = this.#record;
    const long = this.#tooLong;
    if (long.length > 0)
      this.#because = `left as they are, with more parts than one answer holds: ${long.slice(0, 5).join(', ')}${long.length > 5 ? ', …' : ''}`;
    if (!(await this.#tools.book.end(_id, 'done', this.#because))) return 'aborted';
    if (dryRun) return 'done';
    await this.#tools.attention(this.#shop, null);
    // A window that begins later than what was reconciled leaves a gap, which stays the schedule's.
    const reached = since ? { reconciledTo: { $gte: since, $lt: until } } : {};
    await this.#tools.collections.shops.updateOne(
      { _id: this.#shop, ...reached },
      { $max: { reconciledTo: until } },
    );
    return 'done';
  }

  async #fail(fault: Fault): Promise<Ran> {
    const { _id, dryRun } = this.#record;
    if (!(await this.#tools.book.end(_id, 'failed', fault.message))) return 'aborted';
    // That a token works no more was told by whoever asked for it.
    if (!dryRun && fault.code === 'shopify_refused')
      await this.#tools.attention(this.#shop, `orders cannot be reconciled: ${fault.message}`);
    return 'failed';
  }

  /** One line a pass. */
  tell(ran: Ran, ms: number): void {
    const { _id, how, dryRun, who } = this.#record;
    const told = { reconcile: _id, shop: this.#shop, how, dryRun, who, outcome: ran, because: this.#because };
    const line = { ...told, ...this.#sum, ms: Math.round(ms) };
    this.#tools.metrics.reconciles.inc({ outcome: ran });
    if (ran === 'failed') this.#tools.log.warn(line, 'reconciled');
    else this.#tools.log.info(line, 'reconciled');
  }
}

function foundOf({ order, what, updatedAt, heldAt }: Drifted): ReconcileDocument['found'][number] {
  return { order, what, updatedAt: new Date(updatedAt), heldAt: heldAt === null ? null : new Date(heldAt) };
}
