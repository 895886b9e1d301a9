import { createHmac } from 'node:crypto';
import type { Delivery } from './life.ts';

const API_VERSION = '2026-07';

/** The headers that Shopify sends with a delivery, including the signature. */
export function signedHeaders(delivery: Delivery, secret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Shopify-Captain-Hook',
    'x-shopify-topic': delivery.topic,
    'x-shopify-shop-domain': delivery.shop,
    'x-shopify-api-version': API_VERSION,
    'x-shopify-webhook-id': delivery.webhookId,
    'x-shopify-event-id': delivery.eventId,
    'x-shopify-triggered-at': delivery.triggeredAt.toISOString().replace('Z', '000Z'),
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(delivery.body).digest('base64'),
  };
}

/** Sends one delivery and returns status and body. @throws if the connection fails */
export async function sendSigned(
  url: string,
  delivery: Delivery,
  secret: string,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${url}/webhooks`, {
    method: 'POST',
    headers: signedHeaders(delivery, secret),
    body: new Uint8Array(delivery.body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}
