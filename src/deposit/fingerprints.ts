import { createHash } from 'node:crypto';
import type { EventId, ShopDomain } from '../order/identity.ts';

/** What a delivery is recognised by (design 2.2). */
export interface Fingerprints {
  /** Survives a forged or missing webhook id. */
  event: EventId;
  /** Survives a body that was serialised anew; null where there is no webhook id. */
  delivery: string | null;
}

interface Told {
  shop: ShopDomain;
  topic: string;
  webhookId: string | null;
  /** Given for topics whose body carries no time: equal bodies may then be two events. */
  triggeredAt: string | null;
  body: Uint8Array;
}

/** The parts are separated by NUL, which no shop, topic or header holds: no two tellings run together. */
export type FingerprintsOf = typeof fingerprintsOf;

export function fingerprintsOf({ shop, topic, webhookId, triggeredAt, body }: Told): Fingerprints {
  const event = createHash('sha256')
    .update(`${shop}\0${topic}\0${triggeredAt ?? ''}\0`)
    .update(body);
  return {
    event: event.digest('hex') as EventId,
    delivery: webhookId === null ? null : sha256(`${shop}\0${topic}\0${webhookId}`),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
