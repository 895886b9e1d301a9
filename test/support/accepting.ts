import { SECRET } from '../../testkit/local/secrets.ts';
import { randomUUID } from 'node:crypto';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import { acceptWebhook } from '../../src/accept/accept-webhook.ts';
import type { Answer } from '../../src/accept/answers.ts';
import type { Depositor } from '../../src/deposit/depositor.ts';
import { fingerprintsOf } from '../../src/deposit/fingerprints.ts';
import { UNLIMITED } from './unlimited.ts';

interface Webhook {
  topic: string;
  body: Buffer;
  triggeredAt: string | null;
  webhookId?: string | undefined;
  shop?: string;
}

/** Sends a signed webhook through ingest's own code, in this process. */
export async function acceptWith(depositor: Depositor, webhook: Webhook): Promise<Answer> {
  const { topic, body, triggeredAt, webhookId = randomUUID(), shop = 'example.myshopify.com' } = webhook;
  const signed = signedHeaders(
    { topic, shop, body, webhookId, eventId: webhookId, triggeredAt: new Date() },
    SECRET,
  );
  const headers = { ...signed, 'x-shopify-triggered-at': triggeredAt ?? '' };
  const judged = await acceptWebhook(headers, body, {
    secrets: [SECRET],
    fingerprintsOf,
    depositor,
    ...UNLIMITED,
    now: () => Date.parse('2026-11-21T00:00:00Z'),
  });
  return judged.answer;
}
