import { randomBytes } from 'node:crypto';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { Cipher } from '../system/cipher.ts';
import type { Expressions } from './expressions.ts';
import type { Message } from './messages.ts';
import { openSecrets } from './secrets.ts';
import { openSink } from './sinks/open-sink.ts';
import type { Answer } from './sinks/sink.ts';

/** What happened to a sample. */
export interface SampleSent {
  outcome: Answer['outcome'] | 'skipped';
  answer: string;
  because: string | null;
  ms: number;
  sent: string | null;
}

/** Sends a message of the type `lockstep/test` about an order that does not exist. */
export async function sendSample(
  destination: DestinationDocument,
  cipher: Cipher | null,
  expressions: Expressions,
): Promise<SampleSent> {
  const id = `ef_${randomBytes(20).toString('hex')}`;
  const occurredAt = new Date();
  const { filter, transform, timeoutMs } = destination;
  const text = JSON.stringify({ id, ...SAMPLE, occurredAt: occurredAt.toISOString() });
  const made = await expressions.evaluate({ filter, transform, text });
  if ('error' in made) return { outcome: 'refused', answer: '-', because: made.error, ms: 0, sent: null };
  if (made.text === null)
    return { outcome: 'skipped', answer: '-', because: 'its filter refused it', ms: 0, sent: null };
  const sink = await openSink(destination, openSecrets(destination, cipher));
  const began = performance.now();
  try {
    const answer = await sink.send(
      { id, text: made.text, about: { ...ABOUT, occurredAt } },
      AbortSignal.timeout(timeoutMs),
    );
    const because = 'because' in answer ? answer.because : null;
    const ms = Math.round(performance.now() - began);
    return { outcome: answer.outcome, answer: answer.answer, because, ms, sent: made.text };
  } finally {
    await sink.close();
  }
}

/** The same facts, for sinks that store them. */
const ABOUT: Omit<Message['about'], 'occurredAt'> = {
  order: 'example.myshopify.com/1',
  shop: 'example.myshopify.com',
  orderId: '1',
  name: '#1',
  status: 'created',
  version: 0,
  sequence: null,
  type: 'lockstep/test',
};

const SAMPLE = {
  type: 'lockstep/test',
  shop: 'example.myshopify.com',
  order: { key: 'example.myshopify.com/1', id: '1', name: '#1' },
  sequence: null,
  version: 0,
  event: null,
  moved: null,
  before: null,
  after: { status: 'created', financialStatus: null, fulfillmentStatus: null },
  late: false,
  causedBy: null,
  data: null,
};
