import { at } from './lossless-json.ts';
import { NAMES_IN_GID, topicRow, type Topic } from './topics.ts';

/**
 * Checks that a body matches its topic (P1). The body is signed, the topic is not: anyone with one signed body can send
 * it again under another topic. Without this check a transaction becomes a fulfillment and ships its order, and a whole
 * order deletes itself. Fails open if a body does not say what it is. For topics that share a body shape, see
 * test/hostile/replays-under-other-topics.test.ts.
 */

const GID = /^gid:\/\/shopify\/([A-Za-z]+)\//;
const NAMES: ReadonlySet<string | null> = new Set(Object.values(NAMES_IN_GID));

/** Why a body does not match its topic, or null. */
export function contradiction(topic: Topic, body: unknown): string | null {
  const { brings } = topicRow(topic);
  const name = nameInGid(at(body, ['admin_graphql_api_id']));
  if (name !== NAMES_IN_GID[brings] && NAMES.has(name))
    return `the body is of type ${name}, which does not match the topic ${topic}`;
  // The body of a deletion contains only the order's id.
  return brings === 'delete' && at(body, ['line_items']) !== undefined
    ? `the body has line_items, which does not match the topic ${topic}`
    : null;
}

/** Fields with a link to the shop. A link to the shop's custom domain proves nothing. */
const LINKS = ['order_status_url', 'invoice_url'] as const;
const SHOP_IN_LINK = /^https:\/\/([a-z0-9-]{1,63}\.myshopify\.com)(?:[/:?#]|$)/i;
/** The shop in Shopify's documented samples, which `shopify app webhook trigger` sends for any shop. */
const SAMPLE_SHOP = 'jsmith.myshopify.com';

/** Why a body does not belong to the shop named in the unsigned header; null if it does, or does not say. */
export function contradictsShop(body: unknown, shop: string): string | null {
  for (const link of LINKS) {
    const url = at(body, [link]);
    const named = typeof url === 'string' ? SHOP_IN_LINK.exec(url)?.[1]?.toLowerCase() : undefined;
    if (named && named !== shop && named !== SAMPLE_SHOP) return `${link} names another shop: ${named}`;
  }
  return null;
}

/** Whether a body says explicitly that the order was not cancelled. An absent field says nothing. */
export function deniesCancellation(body: unknown): boolean {
  return at(body, ['cancelled_at']) === null;
}

function nameInGid(gid: unknown): string | null {
  return typeof gid === 'string' ? (GID.exec(gid)?.[1] ?? null) : null;
}
