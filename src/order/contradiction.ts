import { at } from './lossless-json.ts';
import { NAMES_IN_GID, topicRow, type Topic } from './topics.ts';

/**
 * The body is signed, the topic is not (P1): whoever has one signed body may send it again under any
 * topic. Without this a transaction becomes a fulfillment and ships its order, and a whole order deletes
 * itself. Fails open where a body does not tell what it is; what topics of one shape do to each other is
 * in test/hostile/replays-under-other-topics.test.ts.
 */
const GID = /^gid:\/\/shopify\/([A-Za-z]+)\//;
const NAMES: ReadonlySet<string | null> = new Set(Object.values(NAMES_IN_GID));

/** Why a body is not one of its topic, or null. */
export function contradiction(topic: Topic, body: unknown): string | null {
  const { brings } = topicRow(topic);
  const name = nameInGid(at(body, ['admin_graphql_api_id']));
  if (name !== NAMES_IN_GID[brings] && NAMES.has(name)) return `${topic} brings no ${name}`;
  // A deletion's body holds the order's id and nothing else of it.
  return brings === 'delete' && at(body, ['line_items']) !== undefined ? `${topic} brings no lines` : null;
}

/** Where a body links to its shop. A link to a domain of the shop's own proves nothing. */
const LINKS = ['order_status_url', 'invoice_url'] as const;
const SHOP_IN_LINK = /^https:\/\/([a-z0-9-]{1,63}\.myshopify\.com)(?:[/:?#]|$)/i;
/** The shop of Shopify's documented samples, which `shopify app webhook trigger` sends for any shop. */
const SAMPLE_SHOP = 'jsmith.myshopify.com';

/** Why a body is not of the shop that the header names, which is not signed; null where it does not tell. */
export function contradictsShop(body: unknown, shop: string): string | null {
  for (const link of LINKS) {
    const url = at(body, [link]);
    const named = typeof url === 'string' ? SHOP_IN_LINK.exec(url)?.[1]?.toLowerCase() : undefined;
    if (named && named !== shop && named !== SAMPLE_SHOP) return `${link} names another shop: ${named}`;
  }
  return null;
}

/** Whether a body says of itself that the order was not cancelled. One that leaves it out says nothing. */
export function deniesCancellation(body: unknown): boolean {
  return at(body, ['cancelled_at']) === null;
}

function nameInGid(gid: unknown): string | null {
  return typeof gid === 'string' ? (GID.exec(gid)?.[1] ?? null) : null;
}
