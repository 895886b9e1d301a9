import type { Collections } from '../../persist/collections.ts';
import type { Caller } from '../caller.ts';
import { Refusal } from '../refusal.ts';
import {
  EVENT_COLUMNS,
  eventExportQuery,
  exportLine,
  LINE_COLUMNS,
  lineExportQuery,
  ORDER_COLUMNS,
  orderExportQuery,
  type Column,
  type ColumnKind,
  type OrderExportQuery,
} from '../shapes/exports.ts';
import { shopsAsked } from '../shop-bounds.ts';
import { mayActAs } from '../sign-in/authorize.ts';
import type { Duplicates } from '../stories/duplicates.ts';
import type { ReadBatch } from '../stories/export-batch.ts';
import { eventBatches } from '../stories/export-events.ts';
import { lineBatches, orderBatches } from '../stories/export-orders.ts';
import type { OrderReader } from '../stories/order-reader.ts';
import { Download } from './download.ts';
import { exportText, MEDIA, SPELLINGS } from './export-text.ts';
import { route, type Route } from './route.ts';

export interface ExportTools {
  orders: OrderReader;
  events: Collections['events'];
  duplicates: Duplicates;
  now: () => number;
  stopping: AbortSignal;
}

/** An export keeps MongoDB busy for as long as its client reads. A new request continues a broken one. */
const SHARED = { method: 'get', media: MEDIA, answer: exportLine, perMinute: 60 } as const;
const FORMATS =
  '`format`: `ndjson`, `csv`, or `marked` (NDJSON with the position and the end, to continue with `after`)';

export function exportRoutes(tools: ExportTools): Route[] {
  const download = downloadOf(tools);
  return [
    route({
      ...SHARED,
      path: '/exports/orders',
      role: 'viewer',
      scope: 'filtered',
      about: `Orders, one row each, newest first by creation time; all facts, or (operators, with \`bodies=1\` and \`reason\`) with the unmasked body. ${FORMATS}.`,
      query: orderExportQuery,
      audit: ({ query }) =>
        query.bodies === undefined ? null : { action: 'order.export', target: targetOf(query) },
      handle: async ({ query, who }) => {
        refuseCustomers(query, who);
        const columns = { ...ORDER_COLUMNS, ...(query.bodies && { body: 'json' as const }) };
        return await download('orders', columns, query, orderBatches(tools.orders, query, who.shops));
      },
    }),
    route({
      ...SHARED,
      path: '/exports/lines',
      role: 'viewer',
      scope: 'filtered',
      about: `Lines of orders, one row each, in the same order as the orders. ${FORMATS}.`,
      query: lineExportQuery,
      handle: async ({ query, who }) => {
        refuseCustomers(query, who);
        return await download('lines', LINE_COLUMNS, query, lineBatches(tools.orders, query, who.shops));
      },
    }),
    route({
      ...SHARED,
      path: '/exports/events',
      role: 'viewer',
      scope: 'filtered',
      about: `The journal without payloads, newest first by \`appliedAt\`, which \`from\` and \`to\` refer to. ${FORMATS}.`,
      query: eventExportQuery,
      handle: ({ query, who }) => {
        const asked = { ...query, shop: shopsAsked(query.shop, who.shops) };
        return download('events', EVENT_COLUMNS, query, eventBatches(tools, asked));
      },
    }),
  ];
}

function downloadOf({ now, stopping }: ExportTools) {
  return async (
    kind: string,
    kinds: Readonly<Record<string, ColumnKind>>,
    { format, after }: Pick<OrderExportQuery, 'format' | 'after'>,
    read: ReadBatch,
  ) => {
    const columns: Column[] = Object.entries(kinds).map(([name, of]) => ({ name, kind: of }));
    const text = exportText(format, columns, await read(after), read);
    const day = new Date(now()).toISOString().slice(0, 10);
    const name = `${kind}-${day}.${SPELLINGS[format].extension}`;
    return new Download({
      ...SPELLINGS[format],
      name,
      text,
      did: 'the export was started',
      stopping,
    });
  };
}

function refuseCustomers(
  { bodies, email }: Pick<OrderExportQuery, 'bodies' | 'email'>,
  { role }: Caller,
): void {
  if ((bodies ?? email) !== undefined && !mayActAs(role, 'operator'))
    throw new Refusal(
      'forbidden',
      'the role operator is needed to export bodies, or orders by e-mail address',
    );
}

/** The shop and the period, for the audit log. */
function targetOf({ shop, from, to }: OrderExportQuery): string {
  const times = [from, to].map((ms) => (ms === undefined ? '' : new Date(ms).toISOString()));
  return `${shop ?? 'all shops'}${times.some(Boolean) ? ` ${times.join('..')}` : ''}`;
}
