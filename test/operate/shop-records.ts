import type { Collections } from '../../src/persist/collections.ts';
import type { ReconcileStore } from '../../src/persist/reconcile-store.ts';
import type { ReconcileDocument } from '../../src/persist/reconcile-schema.ts';
import type { ComplianceDocument } from '../../src/persist/compliance-schema.ts';
import type { ShopDocument } from '../../src/persist/shop-schema.ts';
import { until } from '../support/until.ts';

export const INSTALLED_AT = new Date('2026-11-20T10:00:00.000Z');

/** The record of a shop that installed the app. */
export async function install(
  { shops, sessions }: Collections,
  shop: string,
  more: Partial<ShopDocument> = {},
): Promise<void> {
  const record = {
    _id: shop,
    state: 'installed' as const,
    installedAt: INSTALLED_AT,
    scopes: ['read_orders'],
  };
  await shops.create({ ...record, ...more });
  if (more.state === 'uninstalled') return;
  await sessions.create({
    _id: `offline_${shop}`,
    shop,
    sealed: {
      key: 'first',
      iv: Buffer.from('iv'),
      tag: Buffer.from('tag'),
      text: Buffer.from('a-sealed-token'),
    },
    expires: new Date('2026-11-20T11:00:00.000Z'),
    refreshExpires: new Date('2027-02-18T10:00:00.000Z'),
    storedAt: INSTALLED_AT,
  });
}

/** A request of Shopify, due in the given number of days. */
export async function request(
  { compliance }: Collections,
  shop: string,
  more: Partial<ComplianceDocument> & { _id: string },
): Promise<void> {
  await compliance.create({
    kind: 'customers/redact',
    shop,
    customer: '207119551',
    orders: ['5820001001000'],
    receivedAt: INSTALLED_AT,
    dueAt: new Date(INSTALLED_AT.getTime() + 30 * 86_400_000),
    state: 'asked',
    ...more,
  });
}

/** An order that a pass did not find here. */
export function missingFrom(shop: string): ReconcileDocument['found'][number] {
  return { order: `${shop}/7`, what: 'missing', updatedAt: new Date(0), heldAt: null, facts: [] };
}

/** Runs the requested pass over 12 orders as the app program would, and ends it. */
export async function carryOut(
  store: ReconcileStore,
  found: ReconcileDocument['found'],
  state: 'done' | 'failed' = 'done',
  because: string | null = null,
): Promise<ReconcileDocument> {
  await until(async () => (await store.open()).length > 0);
  const [asked] = await store.open();
  if (!asked) throw new Error('no open pass');
  await store.begin(asked._id);
  const repaired = asked.dryRun ? 0 : found.length;
  await store.step(asked._id, { from: null, to: null, checked: 12, points: 5, found, repaired });
  await store.end(asked._id, state, because);
  return asked;
}
