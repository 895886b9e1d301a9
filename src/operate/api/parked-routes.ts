import type { ParkedSelection } from '../../persist/parked-selection.ts';
import type { ParkedRow, ParkedStore } from '../../persist/parked-store.ts';
import { markCursor, readMarkCursor } from '../cursors.ts';
import { invalidField, Refusal } from '../refusal.ts';
import { isWithin, type ShopBounds } from '../shop-bounds.ts';
import { groupView, parkedView, runView, selectionText } from '../steering/parked-views.ts';
import { nothingParked, shopsIn, type Replays, type Run } from '../steering/replays.ts';
import { eventPath } from '../shapes/events.ts';
import {
  discarded,
  discardRequest,
  parkedEvent,
  parkedGroups,
  parkedPage,
  parkedQuery,
  replayAnswer,
  replayBegun,
  replayList,
  replayPlace,
  replayRequest,
  replayRun,
} from '../shapes/parked.ts';
import { because } from '../shapes/mailboxes.ts';
import { NAME_ONE } from './scope.ts';
import { route, type Route } from './route.ts';
import { several } from '../words.ts';

export interface ParkedTools {
  parked: ParkedStore;
  replays: Replays;
  now: () => number;
}

export function parkedRoutes(tools: ParkedTools): Route[] {
  return [...lookingRoutes(tools), ...runRoutes(tools), ...changeRoutes(tools)];
}

function lookingRoutes({ parked }: ParkedTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/parked/groups',
      role: 'viewer',
      scope: 'filtered',
      about: 'Parked events by cause, topic and shop.',
      answer: parkedGroups,
      handle: async ({ who: { shops } }) => {
        const { groups: all, whole } = await parked.groups();
        const groups = all.filter(({ shop }) => isWithin(shops, shop));
        return {
          groups: groups.map(groupView),
          events: groups.reduce((sum, { events }) => sum + events, 0),
          whole,
        };
      },
    }),
    route({
      method: 'get',
      path: '/parked',
      role: 'viewer',
      scope: 'filtered',
      about: 'Parked events, newest first. Filters: cause, topic, shop, state, start of the hash.',
      query: parkedQuery,
      answer: parkedPage,
      handle: async ({ query: { state, limit, cursor, ...filter }, who }) => {
        const mark = readMarkCursor(cursor);
        const after = mark && { at: mark.at, event: mark.event ?? '' };
        const found = await parked.page(
          { ...filter, shops: who.shops ?? undefined },
          state,
          after,
          limit + 1,
        );
        return { parked: found.slice(0, limit).map(parkedView), cursor: cursorOf(found, limit) };
      },
    }),
  ];
}

function runRoutes({ parked, replays }: ParkedTools): Route[] {
  const ofRun = runScope(replays);
  return [
    route({
      method: 'get',
      path: '/parked/replays',
      role: 'viewer',
      scope: 'filtered',
      about: 'Replays of parked events, with their progress.',
      answer: replayList,
      handle: async ({ who: { shops } }) => {
        const runs = await replays.list();
        return { replays: runs.filter((run) => isRunWithin(shops, run)).map(runView) };
      },
    }),
    route({
      method: 'get',
      path: '/parked/replays/{id}',
      role: 'viewer',
      scope: ofRun,
      about: 'One replay; after it has ended, also how many of its events are still waiting.',
      params: replayPlace,
      answer: replayRun,
      handle: async ({ params }) => {
        const run = (await replays.read(params.id)) ?? notFound('no such replay in the collection replays');
        if (run.state === 'running') return runView(run);
        return { ...runView(run), stillWaiting: await parked.stillWaiting(run._id) };
      },
    }),
    // After the routes above: `groups` and `replays` are not events.
    route({
      method: 'get',
      path: '/parked/{event}',
      role: 'viewer',
      scope: { shopsOf: ({ params }) => parked.shopsOf([params.event]) },
      about: 'One parked event, even after it was replayed or discarded.',
      params: eventPath,
      answer: parkedEvent,
      handle: async ({ params }) =>
        parkedView((await parked.one(params.event)) ?? notFound('no such event in the collection parked')),
    }),
  ];
}

function changeRoutes(tools: ParkedTools): Route[] {
  const { parked, replays, now } = tools;
  const ofRun = runScope(replays);
  return [
    route({
      method: 'post',
      path: '/parked/replays',
      role: 'operator',
      scope: selectionScope(parked),
      about:
        'Puts parked events back into their mailboxes, `rate` events a second. A repeated id starts no second replay.',
      body: replayRequest,
      answer: replayAnswer,
      audit: ({ body }) =>
        body.dryRun ? null : { action: 'parked.replay', target: oneEvent(body.which) ?? `replay ${body.id}` },
      handle: async ({ body: { dryRun, id, which, reason, rate }, who, act }) => {
        if (dryRun) return { dryRun: true as const, events: await parked.count(which, new Date(now())) };
        const { run, begun } = await replays.begin({ id, which, rate, reason, who: who.name, act });
        const what = `${run.total} parked events (${selectionText(which)}), ${rate} a second`;
        return {
          ...runView(run),
          did: begun ? `started to put back ${what}` : 'this replay exists already; nothing new was started',
        };
      },
    }),
    route({
      method: 'post',
      path: '/parked/replays/{id}/abort',
      role: 'operator',
      scope: ofRun,
      about: 'Aborts a replay. Events that were already put back stay in their mailboxes.',
      params: replayPlace,
      body: because,
      answer: replayBegun,
      audit: ({ params }) => ({ action: 'replay.abort', target: `replay ${params.id}` }),
      handle: async ({ params, who }) => {
        const run = await replays.abort(params.id, who.name);
        return {
          ...runView(run),
          did: `aborted; of ${several(run.total, 'event', 'events')}, ${run.replayed} had been put back`,
        };
      },
    }),
    discardRoute(tools),
  ];
}

function discardRoute({ parked, now }: ParkedTools): Route {
  return route({
    method: 'post',
    path: '/parked/discards',
    role: 'operator',
    scope: selectionScope(parked),
    about: 'Discards parked events. They stay in the journal and in the list of discarded events.',
    body: discardRequest,
    answer: discarded,
    audit: ({ body }) =>
      body.dryRun ? null : { action: 'parked.discard', target: discardTarget(body.which) },
    handle: async ({ body: { which, dryRun }, act }) => {
      const at = new Date(now());
      if (dryRun) return { dryRun: true as const, events: await parked.count(which, at) };
      const entry = act.number;
      const events = await parked.discard(which, { as: discardTarget(which), entry, at });
      if (events === 0) throw await nothingParked(which, parked);
      if (entry !== null) act.note((await parked.changedBy(entry)).words);
      return { discarded: events, did: `discarded ${events} parked events (${selectionText(which)})` };
    },
  });
}

function runScope(replays: Replays) {
  return {
    shopsOf: async ({ params }: { params: { id: string } }) => (await replays.read(params.id))?.shops ?? null,
  };
}

function selectionScope(parked: ParkedStore) {
  return {
    shopsOf: async ({ body: { which } }: { body: { which: ParkedSelection } }) => {
      const shops = await shopsIn(which, parked);
      if (shops === null) throw invalidField('which/shop', NAME_ONE);
      return shops;
    },
  };
}

function isRunWithin(bounds: ShopBounds, { shops = [] }: Run): boolean {
  return bounds === null || (shops.length > 0 && shops.every((shop) => isWithin(bounds, shop)));
}

function cursorOf(found: ParkedRow[], limit: number): string | null {
  const last = found.length > limit ? found[limit - 1] : undefined;
  return markCursor(last ? { at: last.lastAt, event: last._id } : null);
}

/** For a single event, the audit entry names it, so that the timeline of its order shows the action. */
function oneEvent(which: ParkedSelection): string | null {
  return 'events' in which && which.events.length === 1 ? (which.events[0] ?? null) : null;
}

function discardTarget(which: ParkedSelection): string {
  return oneEvent(which) ?? `parked: ${selectionText(which)}`.slice(0, 300);
}

function notFound(message: string): never {
  throw new Refusal('not_found', message);
}
