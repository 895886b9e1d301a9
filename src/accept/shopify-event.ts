import { at, readJson } from '../order/lossless-json.ts';
import { EVENT_TOPICS } from '../order/topics.ts';

/**
 * One of Shopify's Events (API 2026-10 and later), which are not webhooks of the classic kind and not handled yet.
 * Topic and action are the body's, which is signed; headers are not believed.
 */
export interface ShopifyEvent {
  /** As Shopify spells it (`Order`); `other` where it is not in the table: it becomes a label. */
  topic: string;
  action: string;
}

const ACTIONS = ['create', 'update', 'delete'] as const;

/** The Event that a body is, or null: a classic body has no topic and action of its own. */
export function readShopifyEvent(body: Uint8Array): ShopifyEvent | null {
  const json = readJson(body);
  if (!json.ok) return null;
  const [topic, action] = [at(json.value, ['topic']), at(json.value, ['action'])];
  if (typeof topic !== 'string' || typeof action !== 'string') return null;
  return { topic: oneOf(EVENT_TOPICS, topic), action: oneOf(ACTIONS, action) };
}

function oneOf(known: readonly string[], text: string): string {
  return known.includes(text) ? text : 'other';
}
