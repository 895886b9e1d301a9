import { z } from 'zod';
import { route, type RouteInput, type Route } from '../../src/operate/api/route.ts';
import { Refusal } from '../../src/operate/refusal.ts';
import { orderPlace, eventId } from '../../src/operate/shapes/base.ts';
import { claim, claimList, claimQuery, claimRelease } from '../../src/operate/shapes/dedupe.ts';
import { eventPage, eventQuery, timeline, timelineQuery } from '../../src/operate/shapes/events.ts';
import { lock, lockRelease, lockReleased } from '../../src/operate/shapes/locks.ts';
import { because, did } from '../../src/operate/shapes/mailboxes.ts';
import { order, searchAnswer, searchQuery } from '../../src/operate/shapes/orders.ts';
import { discarded, discardRequest, parkedPage, parkedQuery } from '../../src/operate/shapes/parked.ts';
import { queueList, queuePlace } from '../../src/operate/shapes/queues.ts';
import { shopList, shopQuery } from '../../src/operate/shapes/shops.ts';
import { status } from '../../src/operate/shapes/system.ts';
import { verifiedPage, verifyQuery } from '../../src/operate/shapes/verify.ts';
import { tokenList, tokenMint, tokenMinted } from '../../src/operate/shapes/tokens.ts';
import { ServedRoutes } from '../operate/served-routes.ts';
import { act, look, unlessAway, type Recorded } from './recorded.ts';
import { AT, CLAIM, EVENT, LOCK, QUEUES, STATUS, TOKENS, VERIFIED } from './recorded-answers.ts';
import { replayRoutes } from './recorded-replays.ts';
import { rebuildRoute } from './recorded-rebuild.ts';

/** Serves the API over HTTP. It has only the data given here. */
export async function serveRecorded(
  given: Partial<Recorded> = {},
): Promise<{ recorded: Recorded; served: ServedRoutes }> {
  const none = { events: [], hits: [], acts: [], parked: [], bodies: [] };
  const nothing = {
    ...none,
    looksUntilDone: 1,
    ends: [{ replayed: 3 }],
    counted: 3,
    away: false,
    level: 'look' as const,
    holderAlive: false,
  };
  const recorded: Recorded = { ...nothing, ...given };
  return { recorded, served: await ServedRoutes.start(recordedApi(recorded)) };
}

/** Routes for every kind of verb, with the real shapes and recorded answers: an invalid request gets a 400. */
function recordedApi(recorded: Recorded): Route[] {
  return [
    ...lookingRoutes(recorded),
    ...listRoutes(recorded),
    ...changingRoutes(recorded),
    rebuildRoute(recorded.bodies),
    ...replayRoutes(recorded),
    discardRoute(recorded),
  ];
}

function lookingRoutes(recorded: Recorded): Route[] {
  return [
    route({
      ...look,
      path: '/status',
      answer: status,
      handle: () => unlessAway(recorded, { ...STATUS, level: recorded.level }),
    }),
    route({
      ...look,
      path: '/search',
      query: searchQuery,
      answer: searchAnswer,
      handle: () => Promise.resolve({ hits: recorded.hits, looked: 'names and ids of orders' }),
    }),
    route({
      ...look,
      path: '/orders/{shop}/{orderId}/timeline',
      params: orderPlace,
      query: timelineQuery,
      answer: timeline,
      handle: () =>
        Promise.resolve({
          entries: recorded.events,
          acts: recorded.acts,
          lock: null,
          waitingEvents: 0,
          parkedEvents: 0,
          parkedNow: [],
          waitingMs: null,
          leftOut: false,
        }),
    }),
    route({
      ...look,
      path: '/orders/{shop}/{orderId}',
      params: orderPlace,
      answer: order,
      handle: () => Promise.reject(new Refusal('not_found', 'no such order in the collection orders')),
    }),
    route({
      ...look,
      path: '/events',
      query: eventQuery,
      answer: eventPage,
      handle: ({ query: { since = 0, limit, cursor, outcome, hash = '' } }) => {
        const meant = recorded.events.filter(
          (event) =>
            Date.parse(String(event.appliedAt)) >= since &&
            event.event.startsWith(hash) &&
            (outcome === undefined || event.outcome === outcome),
        );
        const { rows: events, cursor: next } = pageOf(meant, limit, cursor);
        return unlessAway(recorded, { events, cursor: next, lookedBackTo: null });
      },
    }),
  ];
}

function pageOf<Row>(all: Row[], limit: number, cursor = '0'): { rows: Row[]; cursor: string | null } {
  const from = Number(cursor);
  const next = from + limit < all.length ? String(from + limit) : null;
  return { rows: all.slice(from, from + limit), cursor: next };
}

function discardRoute(recorded: Recorded): Route {
  return route({
    ...act,
    path: '/parked/discards',
    body: discardRequest,
    answer: discarded,
    handle: ({ body }) => {
      recorded.bodies.push(body);
      return Promise.resolve(
        body.dryRun
          ? { dryRun: true as const, events: recorded.counted }
          : { discarded: recorded.counted, did: 'it was done' },
      );
    },
  });
}

function listRoutes(recorded: Recorded): Route[] {
  return [
    route({
      ...look,
      path: '/parked',
      query: parkedQuery,
      answer: parkedPage,
      handle: ({ query: { limit, cursor, hash = '' } }) => {
        const meant = recorded.parked.filter(({ event }) => event.startsWith(hash));
        const { rows: parked, cursor: next } = pageOf(meant, limit, cursor);
        return Promise.resolve({ parked, cursor: next });
      },
    }),
    route({
      ...look,
      path: '/shops',
      query: shopQuery,
      answer: shopList,
      handle: () => Promise.resolve({ shops: [], total: 0 }),
    }),
    route({
      ...look,
      path: '/dedupe',
      query: claimQuery,
      answer: claimList,
      handle: ({ query }) =>
        Promise.resolve({ claims: query.event === EVENT ? [CLAIM] : [], looked: 'all 2 partitions' }),
    }),
    route({ ...look, path: '/tokens', answer: tokenList, handle: () => Promise.resolve(TOKENS) }),
    route({
      ...look,
      path: '/verify',
      query: verifyQuery,
      answer: verifiedPage,
      handle: () => Promise.resolve(VERIFIED),
    }),
  ];
}

function changingRoutes(recorded: Recorded): Route[] {
  const done = ({ body }: RouteInput<unknown, unknown, unknown>) => {
    recorded.bodies.push(body);
    return Promise.resolve({ did: 'it was done' });
  };
  return [
    route({
      ...look,
      path: '/dedupe/{event}',
      params: z.strictObject({ event: eventId }),
      answer: claim,
      handle: ({ params }) =>
        params.event === EVENT
          ? Promise.resolve(CLAIM)
          : Promise.reject(new Refusal('not_found', 'no dedupe key of it; searched: all 2 partitions')),
    }),
    route({ ...act, path: '/dedupe/{event}/release', body: claimRelease, answer: did, handle: done }),
    route({
      ...look,
      path: '/locks/{shop}/{orderId}',
      params: orderPlace,
      answer: lock,
      handle: () => Promise.resolve({ ...LOCK, holder: { ...LOCK.holder, alive: recorded.holderAlive } }),
    }),
    route({
      ...act,
      path: '/locks/{shop}/{orderId}/release',
      body: lockRelease,
      answer: lockReleased,
      handle: async (asked) => ({ released: true as const, ...(await done(asked)) }),
    }),
    route({ ...look, path: '/queues', answer: queueList, handle: () => Promise.resolve(QUEUES) }),
    route({
      ...act,
      path: '/queues/{partition}/pause',
      params: queuePlace,
      body: because,
      answer: did,
      handle: done,
    }),
    route({
      ...act,
      path: '/tokens',
      role: 'admin',
      body: tokenMint,
      answer: tokenMinted,
      handle: async (asked) => ({
        ...(await done(asked)),
        token: 'minted',
        id: '0'.repeat(16),
        expiresAt: AT,
      }),
    }),
  ];
}
