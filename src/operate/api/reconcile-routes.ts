import type { Collections } from '../../persist/collections.ts';
import { GRACE_MS, type ReconcileStore } from '../../persist/reconcile-store.ts';
import { readRecordCursor, recordCursor } from '../cursors.ts';
import { Refusal, invalidField } from '../refusal.ts';
import {
  reconcile,
  reconcileAnswer,
  reconcilePage,
  reconcilePlace,
  reconcileQuery,
  reconcileRequest,
} from '../shapes/reconcile.ts';
import { shopsAsked } from '../shop-bounds.ts';
import { reconcileView } from '../status/reconcile-view.ts';
import { because } from '../shapes/mailboxes.ts';
import { route, type Route } from './route.ts';
import { ofRecord } from './scope.ts';
import { several } from '../words.ts';

export interface ReconcileRouteTools {
  store: ReconcileStore;
  shops: Collections['shops'];
  now: () => number;
}

/** Reconciliation passes over shops' orders: requested here, run by the app program. */
export function reconcileRoutes(tools: ReconcileRouteTools): Route[] {
  return [...lookingRoutes(tools), ...changeRoutes(tools)];
}

function lookingRoutes({ store }: ReconcileRouteTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/reconciles',
      role: 'viewer',
      scope: 'filtered',
      about: "Passes that compared a shop's orders with Shopify's, newest first.",
      query: reconcileQuery,
      answer: reconcilePage,
      handle: async ({ query: { shop, limit, cursor }, who }) => {
        const found = await store.list(shopsAsked(shop, who.shops), readRecordCursor(cursor), limit + 1);
        const last = found.length > limit ? found[limit - 1] : undefined;
        const next = recordCursor(last ? { at: last.askedAt, id: last._id } : null);
        return { reconciles: found.slice(0, limit).map(reconcileView), cursor: next };
      },
    }),
    route({
      method: 'get',
      path: '/reconciles/{id}',
      role: 'viewer',
      scope: ofRecord(store),
      about: 'One pass, with its progress and findings.',
      params: reconcilePlace,
      answer: reconcile,
      handle: async ({ params }) => reconcileView((await store.one(params.id)) ?? notFound()),
    }),
  ];
}

function changeRoutes({ store, shops, now }: ReconcileRouteTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/reconciles',
      role: 'operator',
      scope: 'named',
      about:
        "Requests a pass that compares a shop's orders with Shopify's and, unless it is a dry run, repairs them.",
      body: reconcileRequest,
      answer: reconcileAnswer,
      audit: ({ body }) => (body.dryRun ? null : { action: 'reconcile.ask', target: body.shop }),
      handle: async ({ body: { shop, since, dryRun, reason }, who }) => {
        await refuseUnlessInstalled(shops, shop);
        const at = now();
        const from = since?.(at) ?? null;
        const until = new Date(at - GRACE_MS);
        if (from && from >= until)
          throw invalidField(
            'since',
            'must be more than two minutes ago, because newer webhooks may still be on their way',
          );
        const how = from === null ? 'bulk' : 'pages';
        const asked = await store.ask({ shop, how, since: from, until, dryRun, who: who.name, reason });
        return { ...reconcileView(asked), did: `requested pass ${asked._id}${dryRun ? ', a dry run' : ''}` };
      },
    }),
    route({
      method: 'post',
      path: '/reconciles/{id}/abort',
      role: 'operator',
      scope: ofRecord(store),
      about: 'Aborts a pass. Orders that it has repaired stay repaired.',
      params: reconcilePlace,
      body: because,
      answer: reconcileAnswer,
      audit: ({ params }) => ({ action: 'reconcile.abort', target: `reconcile ${params.id}` }),
      handle: async ({ params: { id }, who }) => {
        const aborted = await store.end(id, 'aborted', `aborted by ${who.name}`);
        const found = (await store.one(id)) ?? notFound();
        if (!aborted) throw new Refusal('conflict', `it has already ended: ${found.state}`);
        return { ...reconcileView(found), did: `aborted after ${several(found.checked, 'order', 'orders')}` };
      },
    }),
  ];
}

export async function refuseUnlessInstalled(shops: Collections['shops'], shop: string): Promise<void> {
  const known = await shops.findOne({ _id: shop }, { state: 1 }).lean();
  if (!known)
    throw new Refusal('not_found', 'no such shop in the collection shops: it never installed the app');
  if (known.state !== 'installed') throw new Refusal('conflict', 'the shop has uninstalled the app');
}

function notFound(): never {
  throw new Refusal('not_found', 'no such pass in the collection reconciles');
}
