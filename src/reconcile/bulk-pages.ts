import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Fault } from '../system/errors.ts';
import type { BulkFile } from '../shop/bulk-file.ts';
import type { ThrottledApi, RetryPolicy } from './throttled-api.ts';
import type { ListedPage } from './listed-pages.ts';
import { BULK_CANCEL, BULK_RUN, BULK_STATE, bulkQuery, type Access } from './queries.ts';
import { listedOrder, readAs, type ListedOrder } from './read-answers.ts';

/** Shopify does not run the bulk operation to its end. Pages do the same, for more points. */
export class BulkRefused extends Error {
  override readonly name = 'BulkRefused';
}

/** The bulk operation is still running. The pass continues later, from the cursor that was stored. */
export class BulkRuns extends Error {
  override readonly name = 'BulkRuns';
}

export interface BulkTools {
  file: BulkFile;
  /** Whether an operation that is still running has taken too long. */
  isLate: () => boolean;
  patience: RetryPolicy;
}

const PAGE = 500;

/**
 * All orders, by a bulk operation: starts it, and reads its file line by line once it has ended. The cursor
 * is the operation's id and the line. A pass that continues reads the same file again; Shopify keeps it for
 * seven days. The operation's state is checked once and not waited for: it may run for hours.
 * @throws BulkRefused; BulkRuns while the operation is running
 */
export async function* bulkPages(
  asker: ThrottledApi,
  access: Access,
  cursor: string | null,
  { file, isLate, patience }: BulkTools,
  signal: AbortSignal,
): AsyncGenerator<ListedPage> {
  const place = readPlace(cursor) ?? { id: await begin(asker, access), line: 0 };
  // Stored first: a pass that continues waits for this operation and does not start another.
  yield { orders: [], cursor: writePlace(place) };
  const { url, objects } = await ended(asker, place.id, isLate);
  let line = 0;
  let page: ListedOrder[] = [];
  for await (const text of url === null ? [] : linesOf(url, file, patience, signal)) {
    line += 1;
    if (line <= place.line) continue;
    page.push(readLine(text, line));
    if (page.length < PAGE || line === objects) continue;
    yield { orders: page, cursor: writePlace({ ...place, line }) };
    page = [];
  }
  if (line < objects)
    throw new Fault('shopify_away', `the bulk operation's file ends after ${line} of ${objects} lines`);
  yield { orders: page, cursor: null };
}

/** If the download breaks off, it starts again and skips the lines that were already read. */
async function* linesOf(
  url: string,
  file: BulkFile,
  { firstMs, longestMs, tries }: RetryPolicy,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let read = 0;
  for (let failed = 1; ; failed += 1) {
    let line = 0;
    try {
      for await (const text of file(url, signal)) {
        line += 1;
        if (line <= read) continue;
        read = line;
        yield text;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault) || failed >= tries) throw error;
      await sleep(Math.min(firstMs * 2 ** (failed - 1), longestMs), undefined, { signal });
    }
  }
}

const userErrors = z.array(z.object({ message: z.string() }));
const begun = z.object({
  bulkOperationRunQuery: z.object({ bulkOperation: z.object({ id: z.string() }).nullable(), userErrors }),
});
const state = z.object({
  node: z.object({
    status: z.string(),
    errorCode: z.string().nullish(),
    objectCount: z.coerce.number().int().min(0),
    url: z.string().nullish(),
  }),
});

/** A mutation costs 10 points. */
const MUTATION = 10;

async function begin(asker: ThrottledApi, access: Access): Promise<string> {
  try {
    const { bulkOperation, userErrors: errors } = await asker.ask({
      kind: 'bulk operation',
      document: BULK_RUN,
      variables: { query: bulkQuery(access) },
      items: 1,
      estimate: MUTATION,
      read: (data) => readAs(begun, data, 'bulk operation').bulkOperationRunQuery,
    });
    if (bulkOperation) return bulkOperation.id;
    throw new BulkRefused(errors[0]?.message.slice(0, 200) ?? 'no reason given');
  } catch (error) {
    // The app may lack only the permission for bulk operations. If it lacks more, the first page fails, too.
    if (error instanceof Fault && error.code === 'shopify_refused') throw new BulkRefused(error.message);
    throw error;
  }
}

const IN_PROGRESS: ReadonlySet<string> = new Set(['CREATED', 'RUNNING']);

/** The operation's file and its number of lines. No file: no orders. */
async function ended(
  asker: ThrottledApi,
  id: string,
  isLate: () => boolean,
): Promise<{ url: string | null; objects: number }> {
  const { node } = await asker.ask({
    kind: 'bulk state',
    document: BULK_STATE,
    variables: { id },
    items: 1,
    estimate: 1,
    read: (data) => readAs(state, data, 'bulk operation'),
  });
  if (node.status === 'COMPLETED') return { url: node.url ?? null, objects: node.objectCount };
  if (!IN_PROGRESS.has(node.status))
    throw new BulkRefused(`the operation is ${node.status}${node.errorCode ? ` (${node.errorCode})` : ''}`);
  if (!isLate()) throw new BulkRuns();
  await cancel(asker, id);
  throw new BulkRefused('the operation took too long');
}

/** Failures do not matter: the operation may have ended meanwhile, and Shopify ends it after ten days. */
async function cancel(asker: ThrottledApi, id: string): Promise<void> {
  const query = { document: BULK_CANCEL, variables: { id }, items: 1, estimate: MUTATION };
  try {
    await asker.ask({ kind: 'bulk cancel', ...query, read: () => undefined });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

function readLine(text: string, number: number): ListedOrder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Fault('shopify_away', `the bulk operation's file: line ${number} is not JSON`);
  }
  return readAs(listedOrder, value, `the bulk operation's file, line ${number}`);
}

const PLACE = /^(\S+) (\d{1,12})$/;

function writePlace({ id, line }: { id: string; line: number }): string {
  return `${id} ${line}`;
}

function readPlace(cursor: string | null): { id: string; line: number } | null {
  const [, id, line] = PLACE.exec(cursor ?? '') ?? [];
  return id === undefined ? null : { id, line: Number(line) };
}
