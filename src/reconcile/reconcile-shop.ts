import { trustedShopDomain, type ShopDomain } from '../order/identity.ts';
import type { Lease } from '../lock/locks.ts';
import { countsOf, SCHEDULE } from '../persist/reconcile-store.ts';
import type { ReconcileDocument } from '../persist/reconcile-schema.ts';
import { Fault, messageOf, type FaultCode } from '../system/errors.ts';
import { redisKeys } from '../system/redis-keys.ts';
import { createThrottledApi, ComeBack, type ThrottledApi } from './throttled-api.ts';
import { bulkPages, BulkRefused, BulkRuns } from './bulk-pages.ts';
import { foundOf, goneOf, goneText, tooLongText, type Found } from './found.ts';
import { allHeld, someHeld, unknownOf, type HeldOrder, type HeldPage } from './held-orders.ts';
import { listedPages, type ListedPage } from './listed-pages.ts';
import { deleteHere, driftOf, NOTHING_REPAIRED, repair } from './repair.ts';
import { accessOf, type Access } from './queries.ts';
import { SETTINGS, type ReconcileTools } from './reconcile-tools.ts';

/**
 * How a pass ended. `busy`: another process is reconciling this shop. `interrupted`: it continues later from
 * its cursor, in this process or another. `waiting`: the same, and it waits for Shopify.
 */
export type Ran = 'done' | 'failed' | 'aborted' | 'busy' | 'interrupted' | 'waiting';

/**
 * One pass over a shop's orders: lock, list page by page, compare, deposit what is missing here, store the
 * progress; then the other direction: ask whether Shopify knows the orders that are here. If the process dies
 * at any line, the record is still `running` and has the cursor of the first unfinished page; events of that
 * page that were already deposited are recognised as duplicates (P3).
 * @param stopping aborted when the program stops
 * @param wait called with how long the pass has to wait for Shopify before it can continue
 */
export async function reconcileShop(
  id: string,
  shop: string,
  tools: ReconcileTools,
  stopping: AbortSignal,
  wait: (ms: number) => void = () => undefined,
): Promise<Ran> {
  const lease = await tools.lock.acquire(redisKeys(0).shopLock('reconcile', shop), `reconcile ${id}`);
  if (!lease) return 'busy';
  const began = performance.now();
  try {
    const record = await tools.store.begin(id);
    if (!record) return 'aborted';
    const known = await tools.collections.shops.findById(shop, { scopes: 1 }).lean();
    const access = accessOf(known?.scopes ?? []);
    const pass = new Pass({ record, access, lease, wait }, tools, AbortSignal.any([stopping, lease.signal]));
    const ran = await pass.go();
    pass.tell(ran, performance.now() - began);
    return ran;
  } finally {
    await lease.release();
  }
}

/** Faults at Shopify that end a pass. Any other error is on our side: the pass continues later. */
export const ENDINGS: ReadonlySet<FaultCode> = new Set([
  'shopify_refused',
  'not_installed',
  'shopify_throttled',
  'shopify_away',
]);

/** What a pass works on, and the lock it holds. */
interface Job {
  record: ReconcileDocument;
  access: Access;
  lease: Lease;
  wait: (ms: number) => void;
}

/** What was done between two cursors. */
interface Stepped {
  checked: number;
  found: Found[];
  repaired: number;
}

/** Prefix of cursors of the second half: the last of our orders that Shopify was asked about. */
const HELD = 'held ';
/** How many listed ids are kept in memory, 20 MB. Asking Shopify about any other order costs a point. */
const LISTED_KEPT = 200_000;
const GONE_KEPT = 100;

class Pass {
  readonly #record: ReconcileDocument;
  readonly #shop: ShopDomain;
  readonly #tools: ReconcileTools;
  readonly #lease: Lease;
  readonly #wait: (ms: number) => void;
  readonly #signal: AbortSignal;
  readonly #access: Access;
  readonly #asker: ThrottledApi;
  readonly #settings;
  readonly #listed = new Set<string>();
  readonly #sum = { checked: 0, ...countsOf([]), repaired: 0, points: 0 };
  readonly #tooLong: string[] = [];
  readonly #gone: string[] = [];
  #cursor: string | null;
  #because: string | null = null;

  constructor({ record, access, lease, wait }: Job, tools: ReconcileTools, signal: AbortSignal) {
    this.#record = record;
    this.#shop = trustedShopDomain(record.shop);
    this.#tools = tools;
    this.#lease = lease;
    this.#wait = wait;
    this.#signal = signal;
    this.#access = access;
    this.#cursor = record.cursor ?? null;
    this.#settings = { ...SETTINGS, ...tools.settings };
    const onThrottled = () => tools.metrics.reconcileThrottled.inc();
    this.#asker = createThrottledApi(
      record.shop,
      { api: tools.api, patience: this.#settings.patience, onThrottled },
      signal,
    );
  }

  async go(): Promise<Ran> {
    try {
      if (!this.#cursor?.startsWith(HELD))
        for await (const page of this.#pages()) if (!(await this.#takePage(page))) return 'aborted';
      if (!(await this.#askForHeld())) return 'aborted';
      return await this.#end();
    } catch (error) {
      this.#because = messageOf(error);
      return await this.#endedBy(error);
    }
  }

  async #endedBy(error: unknown): Promise<Ran> {
    const waitMs = this.#waitMsOf(error);
    if (waitMs !== null) {
      this.#wait(waitMs);
      return 'waiting';
    }
    if (error instanceof ComeBack) return await this.#fail(error.fault);
    if (this.#signal.aborted || !(error instanceof Fault && ENDINGS.has(error.code))) return 'interrupted';
    return await this.#fail(error);
  }

  /** How long to wait for Shopify; null: it is another error, or the pass has already taken too long. */
  #waitMsOf(error: unknown): number | null {
    if (error instanceof BulkRuns) return this.#settings.bulkPollMs;
    return error instanceof ComeBack && !this.#isLate() ? error.ms : null;
  }

  async *#pages(): AsyncGenerator<ListedPage> {
    const { how, since, until, _id } = this.#record;
    const { overlapMs, patience } = this.#settings;
    if (how === 'bulk') {
      try {
        const bulk = { file: this.#tools.bulkFile, isLate: () => this.#isLate(), patience };
        return yield* bulkPages(this.#asker, this.#access, this.#cursor, bulk, this.#signal);
      } catch (error) {
        if (!(error instanceof BulkRefused)) throw error;
        this.#tools.log.info(
          { shop: this.#shop, because: error.message },
          'no bulk operation: continuing page by page',
        );
        await this.#tools.store.byPages(_id);
        this.#cursor = null;
      }
    }
    const window = { since: since ? since.getTime() - overlapMs : null, until: until.getTime() };
    yield* listedPages(this.#asker, this.#access, window, this.#cursor);
  }

  #isLate(): boolean {
    return this.#tools.now() > this.#beganAt.getTime() + this.#settings.bulkDeadlineMs;
  }

  get #beganAt(): Date {
    return this.#record.startedAt ?? this.#record.askedAt;
  }

  /** @returns whether the pass continues */
  async #takePage({ orders: all, cursor }: ListedPage): Promise<boolean> {
    const { dryRun, until } = this.#record;
    // A bulk operation also lists orders that changed after `until`: the next pass compares those.
    const orders = all.filter(({ updatedAt }) => updatedAt <= until.getTime());
    for (const { id } of all) if (this.#listed.size < LISTED_KEPT) this.#listed.add(id);
    const drifted = await driftOf(this.#shop, orders, this.#tools);
    this.#lease.assertHeld();
    const asking = { asker: this.#asker, access: this.#access, beganAt: this.#beganAt };
    const put = dryRun ? NOTHING_REPAIRED : await repair(this.#shop, drifted, asking, this.#tools);
    const found = drifted.map((each) =>
      foundOf(put.stuck.has(each.order) ? { ...each, what: 'stuck' } : each),
    );
    if (!(await this.#step(cursor ?? HELD, { checked: orders.length, found, repaired: put.deposited })))
      return false;
    this.#tooLong.push(...put.tooLong);
    await this.#countRepaired(put.deposited);
    return true;
  }

  /** @returns whether the pass continues */
  async #askForHeld(): Promise<boolean> {
    const { since } = this.#record;
    if (since) {
      const page = await someHeld(this.#shop, since, this.#access, this.#tools);
      return (await this.#takeHeld(page.orders, null)) && (await this.#keepTurn(page));
    }
    for (let after = this.#cursor?.slice(HELD.length) || null; ;) {
      const { orders, next } = await allHeld(this.#shop, after, this.#access, this.#tools);
      if (!(await this.#takeHeld(orders, next))) return false;
      if (next === null) return await this.#keepTurn({ next: null });
      after = next;
    }
  }

  /**
   * Reports orders that Shopify does not know. They are deleted here only if a person requested the pass: a
   * deletion is final, and nobody watches scheduled passes.
   * @returns whether the pass continues
   */
  async #takeHeld(held: readonly HeldOrder[], next: string | null): Promise<boolean> {
    const { dryRun, who } = this.#record;
    const unlisted = held.filter(({ key }) => !this.#listed.has(key.slice(this.#shop.length + 1)));
    const { orders, doubted } = await unknownOf(this.#asker, unlisted);
    this.#lease.assertHeld();
    const deletes = !dryRun && who !== SCHEDULE && !doubted;
    const deposited = deletes ? await deleteHere(orders, this.#beganAt, this.#tools) : 0;
    const stepped = { checked: 0, found: orders.map(goneOf), repaired: deposited };
    if (!(await this.#step(HELD + (next ?? ''), stepped))) return false;
    if (!deletes) this.#gone.push(...orders.map(({ key }) => key.slice(this.#shop.length + 1)));
    await this.#countRepaired(deposited);
    return true;
  }

  /** Stores which orders the next pass asks for again, and where it continues in turn. */
  async #keepTurn({ next }: Pick<HeldPage, 'next'>): Promise<boolean> {
    if (this.#record.dryRun) return true;
    const kept = { askedTo: next, gone: this.#gone.slice(0, GONE_KEPT) };
    await this.#tools.store.keepTurn(this.#shop, kept);
    return true;
  }

  /** Stores the progress and what was found. @returns whether the pass continues */
  async #step(to: string, { checked, found, repaired }: Stepped): Promise<boolean> {
    const { metrics, store } = this.#tools;
    const points = this.#asker.spent();
    const step = { from: this.#cursor, to, checked, points, found, repaired };
    if (!(await store.step(this.#record._id, step))) return false;
    this.#cursor = to;
    metrics.reconcileChecked.inc(checked);
    metrics.reconcilePoints.inc(points);
    for (const { what } of found) {
      metrics.reconcileDrift.inc({ kind: what });
      this.#sum[what] += 1;
    }
    this.#sum.checked += checked;
    this.#sum.points += points;
    return true;
  }

  async #countRepaired(deposited: number): Promise<void> {
    if (deposited === 0) return;
    this.#tools.metrics.reconcileRepaired.inc(deposited);
    this.#sum.repaired += deposited;
    await this.#tools.store.addRepaired(this.#shop, deposited);
  }

  async #end(): Promise<Ran> {
    const { _id, dryRun, since, until } = this.#record;
    this.#because = tooLongText(this.#tooLong);
    if (!(await this.#tools.store.end(_id, 'done', this.#because))) return 'aborted';
    if (dryRun) return 'done';
    await this.#tools.attention(this.#shop, goneText(this.#gone));
    await this.#tools.store.reached(this.#shop, since, until);
    return 'done';
  }

  async #fail(fault: Fault): Promise<Ran> {
    const { _id, dryRun } = this.#record;
    if (!(await this.#tools.store.end(_id, 'failed', fault.message))) return 'aborted';
    // A token that no longer works has already been reported by the code that fetched it.
    if (!dryRun && fault.code === 'shopify_refused')
      await this.#tools.attention(this.#shop, `orders cannot be reconciled: ${fault.message}`);
    return 'failed';
  }

  /** Logs one line per pass. */
  tell(ran: Ran, ms: number): void {
    const { _id, how, dryRun, who } = this.#record;
    const pass = { reconcile: _id, shop: this.#shop, how, dryRun, who };
    const line = { ...pass, outcome: ran, because: this.#because, ...this.#sum, ms: Math.round(ms) };
    // A waiting pass runs again every few seconds, perhaps for hours.
    if (ran === 'waiting') return this.#tools.log.debug(line, 'reconciled');
    this.#tools.metrics.reconciles.inc({ outcome: ran });
    if (ran === 'failed') this.#tools.log.warn(line, 'reconciled');
    else this.#tools.log.info(line, 'reconciled');
  }
}
