import { at, readJson } from '../order/lossless-json.ts';
import { EVENT_TOPICS } from '../order/topics.ts';

/**
 * One of Shopify's Events (API 2026-10 and later). They differ from classic webhooks and are not handled yet.
 * Topic and action come from the body, which is signed; headers are not trusted.
 */
export interface ShopifyEvent {
  /** As Shopify spells it (`Order`); `other` if it is not in the table, because it becomes a label. */
  topic: string;
  action: string;
}

const ACTIONS = ['create', 'update', 'delete'] as const;

/** Reads a body as an Event; null for a classic body, which has no topic and action. */
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
