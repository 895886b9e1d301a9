/**
 * Shopify signs more than webhooks with the app's secret: session tokens, and the queries of launch links and
 * app proxies, which it sends to browsers (P1). None of these may pass as a webhook, so the bytes must have
 * the shape of a JSON object. XML is let through and parked with advice: an old subscription may ask for it.
 *
 * A signed query is sorted by key and contains `timestamp=`. A visitor can add a key that sorts first, and so
 * choose the first bytes, but only bytes that sort before letters: white space and `<` do, `{` does not.
 */
const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [OPEN, CLOSE, LESS_THAN] = [0x7b, 0x7d, 0x3c];
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const OF_A_QUERY = 'timestamp=';

/** Whether signed bytes can be a webhook. Parses nothing. Fails closed. */
export function canBeWebhook(body: Buffer): boolean {
  const begin = body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  let [first, last] = [begin, body.length - 1];
  while (isWhite(body[first])) first += 1;
  while (isWhite(body[last])) last -= 1;
  const isObject = body[first] === OPEN && body[last] === CLOSE;
  if (isObject && first === begin) return true;
  return (isObject || body[first] === LESS_THAN) && !body.includes(OF_A_QUERY);
}

function isWhite(byte: number | undefined): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB;
}
