import type { ExportRow, LineExportQuery, OrderExportQuery } from '../shapes/exports.ts';
import { orderCursor, readOrderCursor } from '../cursors.ts';
import type { ShopBounds } from '../shop-bounds.ts';
import type { ReadBatch } from './export-batch.ts';
import { filterOf } from './order-filter.ts';
import type { FoundOrder, OrderReader } from './order-reader.ts';
import { shownBody } from './shown-payload.ts';
import type { OrderView } from './views.ts';

/** Orders read at once: about 2 MB of documents. A body may have 5 MiB. */
const ORDERS = 200;
const ORDERS_WITH_BODIES = 10;

/** One row for each order. A damaged order has its key, name, status and version, and what is damaged. */
export function orderBatches(
  reader: OrderReader,
  { bodies, ...query }: Omit<OrderExportQuery, 'after'>,
  bounds: ShopBounds,
): ReadBatch {
  const withBodies = bodies !== undefined;
  return ordersRead(reader, query, bounds, withBodies, ({ view, document }) => [
    withBodies ? { ...view, body: shownBody(document, true).body ?? null } : view,
  ]);
}

/**
 * One row for each line, with the facts of its order that LINE_COLUMNS has. A damaged order has one row, without a line.
 * A batch never ends within an order.
 */
export function lineBatches(
  reader: OrderReader,
  query: Omit<LineExportQuery, 'after'>,
  bounds: ShopBounds,
): ReadBatch {
  return ordersRead(reader, query, bounds, false, ({ view }) =>
    view.damage.length > 0 ? [view] : linesOf(view),
  );
}

function linesOf({ lines, ...order }: OrderView): ExportRow[] {
  return lines.map(({ id, ...line }) => ({ ...order, ...line, lineId: id }));
}

function ordersRead(
  reader: OrderReader,
  query: Omit<LineExportQuery, 'after'>,
  bounds: ShopBounds,
  bodies: boolean,
  rowsOf: (found: FoundOrder) => ExportRow[],
): ReadBatch {
  const { from, to, format: _, ...listed } = query;
  const question = {
    ...filterOf(listed, bounds),
    ...(from !== undefined && { createdFrom: new Date(from) }),
    ...(to !== undefined && { createdTo: new Date(to) }),
    sort: '-created' as const,
    limit: bodies ? ORDERS_WITH_BODIES : ORDERS,
    bodies,
  };
  return async (after) => {
    const { found, last } = await reader.page({ ...question, after: readOrderCursor(after) });
    return { rows: found.flatMap(rowsOf), next: orderCursor(last) ?? undefined };
  };
}
