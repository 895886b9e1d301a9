import { Fault, messageOf } from '../system/errors.ts';

/**
 * Reads a bulk operation's file line by line. It is fetched without the shop's token, over HTTPS, only from
 * the host where Shopify keeps such files, and redirects are not followed. Otherwise a forged URL could make
 * us read from our own network.
 * @throws Fault shopify_away when it cannot be fetched or breaks off; the reason of `signal` once that is
 *   aborted
 */
export type BulkFile = (url: string, signal: AbortSignal) => AsyncIterable<string>;

/** A listed order is 90 bytes. */
const LONGEST_LINE = 1024 * 1024;

/** Where Shopify keeps these files (its documentation, November 2026). */
const HOST = 'storage.googleapis.com';

/** @param standIn SHOPIFY_API_URL, in development: files from that server are also allowed, even over plain HTTP */
export function createBulkFile(standIn: string | undefined): BulkFile {
  return async function* (url, signal) {
    if (!isAllowed(url, standIn))
      throw new Fault('shopify_away', `the bulk operation's file is not at https://${HOST}`);
    try {
      const response = await fetch(url, { signal, redirect: 'error' });
      if (response.status !== 200)
        throw new Fault('shopify_away', `the bulk operation's file: status ${response.status}`);
      yield* linesOf(response.body ?? []);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Fault) throw error;
      throw new Fault(
        'shopify_away',
        `the bulk operation's file: the download broke off (${messageOf(error)})`,
      );
    }
  };
}

async function* linesOf(body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let begun = '';
  for await (const chunk of body) {
    const lines = (begun + utf8.decode(chunk, { stream: true })).split('\n');
    begun = lines.pop() ?? '';
    if (begun.length > LONGEST_LINE)
      throw new Fault('shopify_away', "the bulk operation's file: a line is too long");
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (begun.trim() !== '') yield begun;
}

function isAllowed(text: string, standIn: string | undefined): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    ((url.protocol === 'https:' && url.host === HOST && url.username === '') ||
      (standIn !== undefined && url.origin === new URL(standIn).origin))
  );
}
