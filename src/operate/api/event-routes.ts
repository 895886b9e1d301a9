import { asEventId } from '../../order/identity.ts';
import { markCursor, readMarkCursor } from '../cursors.ts';
import { Refusal } from '../refusal.ts';
import type { Duplicates } from '../stories/duplicates.ts';
import type { EventReader } from '../stories/event-reader.ts';
import { shownPayload } from '../stories/shown-payload.ts';
import type { EventSearch } from '../stories/event-search.ts';
import {
  eventDetail,
  eventDetailQuery,
  eventPage,
  eventPath,
  eventQuery,
  type EventSummary,
} from '../shapes/events.ts';
import { shopsAsked } from '../shop-bounds.ts';
import { mayActAs } from '../sign-in/authorize.ts';
import { eventSummary } from '../stories/views.ts';
import { route, type Route } from './route.ts';

export interface EventTools {
  search: EventSearch;
  event: EventReader;
  duplicates: Duplicates;
}

export function eventRoutes(tools: EventTools): Route[] {
  const counted = async (events: EventSummary[]): Promise<EventSummary[]> => {
    const duplicates = await tools.duplicates(events);
    return events.map((event, i) => ({ ...event, duplicates: duplicates[i] ?? event.duplicates }));
  };
  return [
    route({
      method: 'get',
      path: '/events',
      role: 'viewer',
      scope: 'filtered',
      about:
        'Processed and parked events, newest first. Filters: order, webhook id, start of the hash, shop, topic, outcome, time.',
      query: eventQuery,
      answer: eventPage,
      handle: async ({ query: { cursor, ...filter }, who }) => {
        const shop = shopsAsked(filter.shop, who.shops);
        const found = await tools.search({ ...filter, shop }, readMarkCursor(cursor));
        const lookedBackTo = found.lookedBackTo?.toISOString() ?? null;
        const events = await counted(found.events.map(eventSummary));
        return { events, cursor: markCursor(found.next), lookedBackTo };
      },
    }),
    route({
      method: 'get',
      path: '/events/{event}',
      role: 'viewer',
      scope: { shopsOf: async ({ params }) => shopOf(await eventNamed(params.event, tools)) },
      about:
        'One event. `payload=1` (operators) adds its payload with customer data masked; with `reason`, unmasked.',
      params: eventPath,
      query: eventDetailQuery,
      answer: eventDetail,
      audit: ({ params, query }) =>
        query.payload === undefined
          ? null
          : {
              action: query.reason === undefined ? 'event.payload' : 'event.unmask',
              target: asEventId(params.event) ?? 'not an event',
            },
      handle: async ({ params, query, who }) => {
        // Before revealing whether the event exists.
        if (query.payload !== undefined && !mayActAs(who.role, 'operator'))
          throw new Refusal('forbidden', 'the role operator is needed for payloads');
        const found = await eventNamed(params.event, tools);
        if (!found) throw new Refusal('not_found', NOWHERE);
        const shown =
          query.payload === undefined ? {} : shownPayload(found.payload, query.reason !== undefined);
        const [summary = eventSummary(found)] = await counted([eventSummary(found)]);
        return { ...summary, ...shown };
      },
    }),
  ];
}

async function eventNamed(text: string, { event }: EventTools) {
  const id = asEventId(text);
  return id ? await event(id) : null;
}

function shopOf(event: { shop: string } | null): string[] | null {
  return event && [event.shop];
}

const NOWHERE =
  'no such event in the journal or among parked events; find a waiting event in the mailbox of its order';
