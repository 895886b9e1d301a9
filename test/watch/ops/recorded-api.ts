import { z } from 'zod';
import { Refusal } from '../../../src/watch/api/refusal.ts';
import { route, type Asked, type Route } from '../../../src/watch/api/route.ts';
import type { AuditEntry } from '../../../src/watch/shapes/audit.ts';
import { orderPlace, eventId } from '../../../src/watch/shapes/base.ts';
import { claim, claimRelease } from '../../../src/watch/shapes/dedupe.ts';
import {
  eventPage,
  eventQuery,
  timeline,
  timelineQuery,
  type EventSummary,
} from '../../../src/watch/shapes/events.ts';
import { lock, lockRelease, lockReleased } from '../../../src/watch/shapes/locks.ts';
import { because, did } from '../../../src/watch/shapes/mailboxes.ts';
import { order, searchAnswer, searchQuery, type SearchHit } from '../../../src/watch/shapes/orders.ts';
import {
  discarded,
  discardRequest,
  parkedPage,
  parkedQuery,
  replayAbort,
  replayAnswer,
  replayBegun,
  replayPlace,
  replayRequest,
  replayRun,
  type ParkedEvent,
  type ReplayRun,
} from '../../../src/watch/shapes/parked.ts';
import { queueList, queuePlace } from '../../../src/watch/shapes/queues.ts';
import { shopList, shopQuery } from '../../../src/watch/shapes/shops.ts';
import { status } from '../../../src/watch/shapes/system.ts';
import { verifiedPage, verifyQuery } from '../../../src/watch/shapes/verify.ts';
import { tokenList, tokenMint, tokenMinted } from '../../../src/watch/shapes/tokens.ts';
import { ServedRoutes } from '../served-routes.ts';
import { AT, CLAIM, EVENT, LOCK, QUEUES, RUN, STATUS, VERIFIED } from './recorded-answers.ts';

/** What the API knows, to be changed by tests. */
export interface Recorded {
  /** Newest first. */
  events: EventSummary[];
  hits: SearchHit[];
  acts: AuditEntry[];
  /** Newest first. */
  parked: ParkedEvent[];
  /** How a run ends, and each later look at it. */
  ends: Partial<ReplayRun>[];
  /** How many a dry run counts. */
  counted: number;
  /** How often a run is still running when it is looked at; Infinity: until it is aborted. */
  looksUntilDone: number;
  /** Bodies that changed something, dry runs too. */
  bodies: unknown[];
  away: boolean;
  level: 'look' | 'act';
}

/** The API over HTTP, and what it knows: nothing but what is given. */
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
  };
  const recorded: Recorded = { ...nothing, ...given };
  return { recorded, served: await ServedRoutes.start(recordedApi(recorded)) };
}

/** Routes with the real shapes and recorded answers, of every kind of verb: what is wrongly asked is a 400. */
function recordedApi(recorded: Recorded): Route[] {
  return [
    ...lookingRoutes(recorded),
    ...listRoutes(recorded),
    ...changingRoutes(recorded),
    ...replayRoutes(recorded),
    discardRoute(recorded),
  ];
}

function unlessAway<Answer>(recorded: Recorded, answer: Answer): Promise<Answer> {
  return recorded.away ? Promise.reject(new Refusal('away', 'MongoDB is away')) : Promise.resolve(answer);
}

const look = { method: 'get', role: 'viewer', about: '' } as const;
const act = { method: 'post', role: 'operator', about: '' } as const;

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
      path: '/tokens',
      answer: tokenList,
      handle: () => Promise.resolve({ tokens: [], sessions: [] }),
    }),
    route({
      ...look,
      path: '/verify',
      query: verifyQuery,
      answer: verifiedPage,
      handle: () => Promise.resolve(VERIFIED),
    }),
  ];
}

function changingRoutes({ bodies }: Recorded): Route[] {
  const done = ({ body }: Asked<unknown, unknown, unknown>) => {
    bodies.push(body);
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
          : Promise.reject(new Refusal('not_found', 'no claim of it: looked in any partition')),
    }),
    route({ ...act, path: '/dedupe/{event}/release', body: claimRelease, answer: did, handle: done }),
    route({
      ...look,
      path: '/locks/{shop}/{orderId}',
      params: orderPlace,
      answer: lock,
      handle: () => Promise.resolve(LOCK),
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

function replayRoutes(recorded: Recorded): Route[] {
  let looks = 0;
  let aborted = false;
  const run = (id: string): ReplayRun => {
    if (aborted) return { ...RUN, id, state: 'aborted', endedAt: AT };
    const done = looks - recorded.looksUntilDone;
    if (!(done > 0)) return { ...RUN, id };
    const ended = recorded.ends[done - 1] ?? recorded.ends.at(-1);
    return { ...RUN, id, state: 'done', endedAt: AT, ...ended };
  };
  return [
    route({
      ...act,
      path: '/parked/replays',
      body: replayRequest,
      answer: replayAnswer,
      handle: ({ body }) => {
        recorded.bodies.push(body);
        [looks, aborted] = [0, false];
        return Promise.resolve(
          body.dryRun
            ? { dryRun: true as const, events: recorded.counted }
            : { ...run(body.id), did: 'begins' },
        );
      },
    }),
    route({
      ...look,
      path: '/parked/replays/{id}',
      params: replayPlace,
      answer: replayRun,
      handle: ({ params }) => {
        looks += 1;
        return unlessAway(recorded, run(params.id));
      },
    }),
    route({
      ...act,
      path: '/parked/replays/{id}/abort',
      params: replayPlace,
      body: replayAbort,
      answer: replayBegun,
      handle: ({ params, body }) => {
        recorded.bodies.push(body);
        aborted = true;
        return Promise.resolve({ ...run(params.id), did: 'ended it' });
      },
    }),
  ];
}
