import { Fault, messageOf } from '../system/errors.ts';

/**
 * Lines of a bulk operation's file, as they come in. It is fetched without the shop's token, by https.
 * @throws Fault shopify_away where it cannot be had or breaks off; the reason of `signal` once that is aborted
 */
export type BulkFile = (url: string, signal: AbortSignal) => AsyncIterable<string>;

/** A listed order is 90 bytes. */
const LONGEST_LINE = 1024 * 1024;

/** @param standIn SHOPIFY_API_URL: its files may come without https */
export function bulkFile(standIn: string | undefined): BulkFile {
  return async function* (url, signal) {
    if (!isAllowed(url, standIn))
      throw new Fault('shopify_away', "the bulk operation's file is at no https address");
    try {
      const response = await fetch(url, { signal });
      if (response.status !== 200)
        throw new Fault('shopify_away', `the bulk operation's file: it answers ${response.status}`);
      yield* linesOf(response.body ?? []);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Fault) throw error;
      throw new Fault('shopify_away', `the bulk operation's file: it broke off (${messageOf(error)})`);
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
      throw new Fault('shopify_away', "the bulk operation's file: a line has no end");
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (begun.trim() !== '') yield begun;
}

function isAllowed(text: string, standIn: string | undefined): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    (url.protocol === 'https:' || (standIn !== undefined && url.origin === new URL(standIn).origin))
  );
}
