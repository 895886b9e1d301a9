import { partsOf, trustedOrderKey } from '../../order/identity.ts';
import type { Caller } from '../caller.ts';
import { changeCursor, readChangeCursor, type ChangeMark } from '../cursors.ts';
import { changePage, changeQuery, type Change } from '../shapes/changes.ts';
import { shopsAsked } from '../shop-bounds.ts';
import type { ChangeFilter, ChangeReader, FoundChange } from '../stories/change-reader.ts';
import type { ChangeWaits } from '../stories/change-waits.ts';
import { route, type Route } from './route.ts';

export interface ChangeTools {
  reader: ChangeReader;
  waits: ChangeWaits;
}

/** Changes read at a time for NDJSON. */
const PAGE = 1000;
/** More than a program makes if it polls without a pause. */
const PER_MINUTE = 1200;

export function changeRoutes({ reader, waits }: ChangeTools): Route[] {
  const startOf = async (after: string | undefined): Promise<ChangeMark | null> =>
    after === 'head' ? await reader.end() : readChangeCursor(after);
  return [
    route({
      method: 'get',
      path: '/changes',
      role: 'viewer',
      scope: 'filtered',
      about:
        'The change feed: every commit once, without a gap, oldest first. `wait` waits for a change (long poll). With `Accept: application/x-ndjson`: all changes up to now, one per line, and the cursor last.',
      perMinute: PER_MINUTE,
      query: changeQuery,
      answer: changePage,
      withinMs: 30_000,
      handle: async ({ query: { after, limit, wait, ...given }, who, exchange }) => {
        const from = await startOf(after);
        const waiting = { ...filterOf(given, who), from, limit, waitMs: wait * 1000, gone: exchange.gone };
        const { changes, next } = await waits.read(waiting);
        return { changes: changes.map(changeView), cursor: changeCursor(next) };
      },
      lines: async function* ({ query: { after, ...given }, who }) {
        const end = await reader.end();
        const filter = filterOf(given, who);
        let from = await startOf(after);
        do {
          const { changes, next } = await reader.read(from, filter, PAGE);
          yield* changes.map(changeView);
          from = next;
        } while (from.block < end.block);
        yield { cursor: changeCursor(from) };
      },
    }),
  ];
}

interface AskedChanges {
  shop?: string | undefined;
  topic?: string[] | undefined;
  topics?: string[] | undefined;
}

function filterOf(given: AskedChanges, { shops }: Caller): ChangeFilter {
  return { shop: shopsAsked(given.shop, shops), topics: [...(given.topic ?? []), ...(given.topics ?? [])] };
}

function changeView({ next, order, occurredAt, committedAt, ...rest }: FoundChange): Change {
  const { shop, orderId } = partsOf(trustedOrderKey(order));
  return {
    cursor: changeCursor(next),
    order,
    shop,
    orderId: orderId ?? '-',
    ...rest,
    occurredAt: new Date(occurredAt).toISOString(),
    committedAt: new Date(committedAt).toISOString(),
  };
}
