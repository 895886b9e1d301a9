import type { KeyObject } from 'node:crypto';
import { failureOf, type HttpClient } from '../sinks/http-client.ts';
import { signatureHeaders } from '../sinks/signature.ts';
import { heldOf, ReadBackProblem, type From, type Held } from './held.ts';

const MOST_PAGE_BYTES = 5 * 1024 * 1024;
const LONGEST_CURSOR = 2000;
/** Pages without any order, in a row: more say that it has no end. */
const MOST_EMPTY_PAGES = 10;

interface Page {
  orders: unknown[];
  next: string | null;
}

/**
 * Pages over HTTP: `GET <url>?cursor=<next>` answers `{"orders":[{"key","version"}],"next":<cursor>|null}`. Requests are
 * signed like messages, with an empty body. One page is in memory at a time.
 * @throws ReadBackProblem
 */
export async function* httpPages(
  client: HttpClient,
  { url, keys }: { url: string; keys: readonly KeyObject[] },
  { cursor: begin }: From,
  signal: AbortSignal,
): AsyncGenerator<Held> {
  let cursor = begin;
  let empty = 0;
  for (;;) {
    const { orders, next } = await readPage(client, addressOf(url, cursor), keys, signal);
    for (const order of orders) yield heldOf(order, cursor);
    if (next === null) return;
    empty = orders.length === 0 ? empty + 1 : 0;
    if (next === cursor) throw new ReadBackProblem('a page names itself as the next one');
    if (empty > MOST_EMPTY_PAGES) throw new ReadBackProblem(`${empty} pages in a row have no orders`);
    cursor = next;
  }
}

function addressOf(url: string, cursor: string | null): string {
  const address = new URL(url);
  if (cursor !== null) address.searchParams.set('cursor', cursor);
  return address.href;
}

async function readPage(
  client: HttpClient,
  address: string,
  keys: readonly KeyObject[],
  signal: AbortSignal,
): Promise<Page> {
  const id = `rb_${Date.now()}`;
  const headers = {
    accept: 'application/json',
    'user-agent': 'Lockstep',
    ...signatureHeaders({ id, text: '' }, keys, Date.now()),
  };
  const answer = await client.read(address, { headers, signal }, MOST_PAGE_BYTES).catch((error: unknown) => {
    const failed = failureOf(error);
    throw new ReadBackProblem('because' in failed ? failed.because : 'it cannot be read', { cause: error });
  });
  if (answer.status !== 200) throw new ReadBackProblem(`it answered ${answer.status}`);
  if (answer.text === null) throw new ReadBackProblem(`a page is larger than ${MOST_PAGE_BYTES} bytes`);
  return pageOf(answer.text);
}

function pageOf(text: string): Page {
  const { orders, next } = (parsed(text) ?? {}) as Record<string, unknown>;
  if (!Array.isArray(orders)) throw new ReadBackProblem('a page is not JSON with `orders`');
  if (next === null || next === undefined) return { orders, next: null };
  if (typeof next !== 'string' || next === '' || next.length > LONGEST_CURSOR)
    throw new ReadBackProblem(`\`next\` of a page is not a text of 1 to ${LONGEST_CURSOR} characters`);
  return { orders, next };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
