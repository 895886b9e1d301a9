import { keyOf, orderPlace } from '../shapes/base.ts';
import {
  effectDetail,
  effectPage,
  effectPlace,
  effectQuery,
  effectsChanged,
  effectsRequest,
  orderEffects,
  undoRequest,
  type EffectsRequest,
} from '../shapes/effects.ts';
import { readEffectCursor, recordCursor } from '../cursors.ts';
import { Refusal } from '../refusal.ts';
import { undoEffect } from '../steering/effect-undo.ts';
import { replayEffects, skipEffects, type EffectTools } from '../steering/effects.ts';
import { effectRow, stepRow } from '../stories/effect-views.ts';
import { route, type Route } from './route.ts';
import { ofRecord } from './scope.ts';

/** Effects of one order that are shown: more than orders have events. */
const MOST_OF_ORDER = 1000;

/** What orders set off, and what happened to it. */
export function effectRoutes(tools: EffectTools): Route[] {
  return [...lookingRoutes(tools), ...changeRoutes(tools)];
}

function lookingRoutes({ effects, now }: EffectTools): Route[] {
  return [
    route({
      method: 'get',
      path: '/effects',
      role: 'viewer',
      scope: 'filtered',
      about: 'Effects, newest first. Filters: destination, order, state.',
      query: effectQuery,
      answer: effectPage,
      handle: async ({ query: { limit, cursor, ...filter }, who: { shops } }) => {
        const after = readEffectCursor(cursor);
        const found = await effects.list({ ...filter, shop: shops ?? undefined }, after, limit + 1);
        const shown = found.slice(0, limit);
        const last = found.length > limit ? shown.at(-1) : undefined;
        return {
          effects: shown.map(effectRow),
          cursor: recordCursor(last ? { at: last.createdAt, id: last._id } : null),
        };
      },
    }),
    route({
      method: 'get',
      path: '/effects/{id}',
      role: 'viewer',
      scope: ofRecord(effects),
      about:
        'One effect. If its destination is a handler: with the steps that it has done, without their results.',
      params: effectPlace,
      answer: effectDetail,
      handle: async ({ params: { id } }) => {
        const [found, steps] = await Promise.all([effects.one(id), effects.stepsOf(id)]);
        if (!found) throw new Refusal('not_found', 'the effect does not exist, or has expired');
        return { ...effectRow(found), steps: steps.map((step) => stepRow(step, now())) };
      },
    }),
    route({
      method: 'get',
      path: '/orders/{shop}/{orderId}/effects',
      role: 'viewer',
      scope: 'named',
      about: 'The effects of one order, in sequence, over all destinations.',
      params: orderPlace,
      answer: orderEffects,
      handle: async ({ params }) => {
        const found = await effects.ofOrder(keyOf(params), MOST_OF_ORDER);
        return { effects: found.map(effectRow) };
      },
    }),
  ];
}

function changeRoutes(tools: EffectTools): Route[] {
  return [
    route({
      method: 'post',
      path: '/effects/replay',
      role: 'operator',
      scope: 'filtered',
      about:
        'Schedules effects again from their first attempt: parked, in doubt, failing and skipped ones; done ones only by id or state. Their ids stay the same.',
      body: effectsRequest,
      answer: effectsChanged,
      audit: ({ body }) => (body.dryRun ? null : { action: 'effects.replay', target: targetOf(body) }),
      handle: async ({ body, who }) => await replayEffects(body, who, tools),
    }),
    route({
      method: 'post',
      path: '/effects/skip',
      role: 'operator',
      scope: 'filtered',
      about: 'Ends effects without sending them: their lanes continue with what follows.',
      body: effectsRequest,
      answer: effectsChanged,
      audit: ({ body }) => (body.dryRun ? null : { action: 'effects.skip', target: targetOf(body) }),
      handle: async ({ body, who }) => await skipEffects(body, who, tools),
    }),
    route({
      method: 'post',
      path: '/effects/{id}/undo',
      role: 'operator',
      scope: ofRecord(tools.effects),
      about:
        'Undoes what a handler did for an effect that is done, parked or failing: its compensations run as steps, the last one first. Then the effect is skipped.',
      params: effectPlace,
      body: undoRequest,
      answer: effectsChanged,
      audit: ({ params }) => ({ action: 'effects.undo', target: `effects: ${params.id}` }),
      handle: async ({ params, who }) => await undoEffect(params.id, who, tools),
    }),
  ];
}

function targetOf({ ids, filter }: EffectsRequest): string {
  const conditions = Object.entries(filter ?? {}).map(([name, value]) => `${name} ${value}`);
  const [first, ...others] = ids ?? [];
  const named =
    first === undefined ? [] : [others.length > 0 ? `${first} and ${others.length} others` : first];
  return `effects: ${[...named, ...conditions].join(', ')}`.slice(0, 300);
}
