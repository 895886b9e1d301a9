import type { Collections } from '../../persist/collections.ts';
import type { CompletenessDocument } from '../../persist/completeness-schema.ts';
import type { CompletenessStore } from '../../persist/completeness-store.ts';
import {
  signedStatement,
  type CompletenessStatement,
  type StatementSigner,
} from '../../system/signed-statement.ts';
import { readRecordCursor, recordCursor } from '../cursors.ts';
import { Refusal } from '../refusal.ts';
import {
  completeness,
  completenessAnswer,
  completenessPage,
  completenessPlace,
  completenessQuery,
  completenessRequest,
  statementKey,
} from '../shapes/completeness.ts';
import { shopsAsked } from '../shop-bounds.ts';
import { completenessView } from '../status/completeness-view.ts';
import { refuseUnlessInstalled } from './reconcile-routes.ts';
import { route, type Route } from './route.ts';
import { ofRecord } from './scope.ts';

export interface CompletenessRouteTools {
  store: CompletenessStore;
  shops: Collections['shops'];
  signer: StatementSigner;
  now: () => number;
  /** Lockstep's version. */
  version: () => Promise<string>;
}

/** Completeness checks of a period: requested here, run by the app program. */
export function completenessRoutes(tools: CompletenessRouteTools): Route[] {
  return [...statementRoutes(tools), ...checkRoutes(tools), askRoute(tools)];
}

function checkRoutes({ store }: CompletenessRouteTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/completeness',
      role: 'viewer',
      scope: 'filtered',
      about: 'Completeness checks, newest first: how many orders of a period exist here and at Shopify.',
      query: completenessQuery,
      answer: completenessPage,
      handle: async ({ query: { shop, limit, cursor }, who }) => {
        const found = await store.list(shopsAsked(shop, who.shops), readRecordCursor(cursor), limit + 1);
        const last = found.length > limit ? found[limit - 1] : undefined;
        const next = recordCursor(last ? { at: last.askedAt, id: last._id } : null);
        return { checks: found.slice(0, limit).map(completenessView), cursor: next };
      },
    }),
    route({
      method: 'get',
      path: '/completeness/{id}',
      role: 'viewer',
      scope: ofRecord(store),
      about:
        'One completeness check: its numbers, the days that differ, and the first orders that are missing.',
      params: completenessPlace,
      answer: completeness,
      handle: async ({ params }) => completenessView((await store.one(params.id)) ?? notFound()),
    }),
  ];
}

function statementRoutes({ store, signer, version }: CompletenessRouteTools): Route[] {
  const { key, publicKey } = signer;
  return [
    route({
      method: 'get',
      path: '/completeness/key',
      role: 'viewer',
      scope: 'own',
      about: 'The public key with which statements are signed now.',
      answer: statementKey,
      handle: () => Promise.resolve({ key, publicKey }),
    }),
    route({
      method: 'get',
      path: '/completeness/{id}/statement',
      role: 'viewer',
      scope: ofRecord(store),
      about: 'The result of a completeness check as a signed statement (Ed25519).',
      params: completenessPlace,
      answer: signedStatement,
      handle: async ({ params }) => {
        const record = (await store.one(params.id)) ?? notFound();
        return signer.sign(statementOf(record, `Lockstep ${await version()}`));
      },
    }),
  ];
}

function statementOf(record: CompletenessDocument, by: string): CompletenessStatement {
  const { _id: check, shop, from, to, zone, here, atShopify, deletedHere, testHere } = record;
  const { testAtShopify, comparedAt, days, state } = record;
  const numbers = { here, atShopify, deletedHere, testHere, testAtShopify };
  if (state !== 'done' || zone === null || !comparedAt)
    throw new Refusal('conflict', `there is no result to sign: the check is ${state}`);
  const known = Object.fromEntries(Object.entries(numbers).map(([name, count]) => [name, count ?? 0]));
  return {
    statement: 'lockstep completeness 1',
    check,
    shop,
    from,
    to,
    zone,
    ...(known as Record<keyof typeof numbers, number>),
    differingDays: days.length,
    comparedAt: comparedAt.toISOString(),
    by,
  };
}

/** In the zone furthest ahead of UTC, a day begins this long before it does in UTC. */
const FIRST_ZONE_MS = 14 * 3_600_000;

function askRoute({ store, shops, now }: CompletenessRouteTools): Route {
  return route({
    method: 'post',
    path: '/completeness',
    role: 'operator',
    scope: 'named',
    about: 'Requests a check of how many orders of a period exist here and at Shopify. It changes no order.',
    body: completenessRequest,
    answer: completenessAnswer,
    audit: ({ body }) => ({ action: 'completeness.ask', target: body.shop }),
    handle: async ({ body: { shop, from, to, reason }, who }) => {
      const today = new Date(now() + FIRST_ZONE_MS).toISOString().slice(0, 10);
      // The app program checks this again, in the shop's time zone.
      if (to >= today)
        throw new Refusal('bad_request', 'to: must be before today: the period must have ended');
      await refuseUnlessInstalled(shops, shop);
      const asked = await store.ask({ shop, from, to, who: who.name, reason });
      return { ...completenessView(asked), did: `requested check ${asked._id} of ${from} to ${to}` };
    },
  });
}

function notFound(): never {
  throw new Refusal('not_found', 'no such check in the collection completeness');
}
