import type { Lease } from '../lock/locks.ts';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument, Receipt } from '../persist/effect-schema.ts';
import type { EffectStore, Ending } from '../persist/effect-store.ts';
import type { Expressions } from './expressions.ts';
import type { Message, Unmade } from './messages.ts';
import { endingOfRun, type Ran } from './run-ending.ts';
import { pauseAfter } from './schedule.ts';
import type { Answer, Sink } from './sinks/sink.ts';

export interface DeliveryTools {
  sink: Sink<Answer | Ran>;
  expressions: Expressions;
  effects: Pick<EffectStore, 'begin'>;
  /** Called when the other side asks for a pause, or wants no more messages. */
  onAnswer: (answer: Answer) => Promise<void>;
  now: () => number;
}

/** One attempt: filter, transform, send. @returns how the effect ended, or waits */
export async function deliver(
  effect: EffectDocument,
  message: Message | Unmade,
  destination: DestinationDocument,
  lease: Lease,
  tools: DeliveryTools,
): Promise<Ending> {
  const doubt = await settleDoubt(effect, destination, lease, tools);
  if (doubt) return doubt;
  if ('damage' in message) return { state: 'parked', lastError: message.damage, receipt: null };
  const { filter, transform } = destination;
  const made = await tools.expressions.evaluate({ filter, transform, text: message.text });
  if ('error' in made) return { state: 'parked', lastError: made.error, receipt: null };
  if (made.text === null) return { state: 'skipped', because: 'its filter refused it' };
  if (destination.inDoubt !== 'repeat') await tools.effects.begin(effect, new Date(tools.now()));
  const began = tools.now();
  const sent = { ...message, text: made.text };
  const answer = await limited(destination, lease, (signal) => tools.sink.send(sent, signal));
  const at = new Date(tools.now());
  if ('ran' in answer) return await endingOfRun(answer, effect, at, at.getTime() - began);
  await tools.onAnswer(answer);
  return endingOf(answer, effect, destination, { at, answer: answer.answer, ms: at.getTime() - began });
}

/**
 * Ends an attempt when its time is over, or when the lock is lost: another publisher may be sending. The timer of an
 * AbortSignal.timeout cannot be cleared: thousands of them would outlive their attempts.
 */
async function limited<Result>(
  { timeoutMs }: DestinationDocument,
  lease: Lease,
  attempt: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  lease.assertHeld();
  const limit = new AbortController();
  const onLost = () => limit.abort(lease.signal.reason);
  lease.signal.addEventListener('abort', onLost);
  const timer = setTimeout(
    () => limit.abort(new DOMException('the attempt took too long', 'TimeoutError')),
    timeoutMs,
  );
  try {
    return await attempt(limit.signal);
  } finally {
    clearTimeout(timer);
    lease.signal.removeEventListener('abort', onLost);
  }
}

/** An earlier attempt began, and its end is not known: its publisher died. Null: it may be sent. */
async function settleDoubt(
  effect: EffectDocument,
  destination: DestinationDocument,
  lease: Lease,
  { sink, now }: DeliveryTools,
): Promise<Ending | null> {
  if (effect.sentAt === null || destination.inDoubt === 'repeat') return null;
  if (destination.inDoubt === 'wait') return { state: 'in_doubt', lastError: UNKNOWN_END, receipt: null };
  const ask = sink.hasArrived ?? (() => Promise.resolve(null));
  const hasArrived = await limited(destination, lease, (signal) => ask(effect._id, signal));
  const at = new Date(now());
  if (hasArrived === null) return unsettled(effect, `${UNKNOWN_END}; the other side could not be asked`, at);
  return hasArrived ? { state: 'done', receipt: { at, answer: 'it has arrived', ms: 0 } } : null;
}

const UNKNOWN_END = 'an attempt began, and its end is not known';

/** The other side is asked again, by the same schedule; then a person decides. */
function unsettled(
  { failures }: EffectDocument,
  lastError: string,
  at: Date,
  receipt: Receipt | null = null,
): Ending {
  const pause = pauseAfter(failures);
  if (pause === null) return { state: 'in_doubt', lastError, receipt };
  return { state: 'failing', lastError, dueAt: new Date(at.getTime() + pause), receipt, isUnsettled: true };
}

function endingOf(
  answer: Answer,
  effect: EffectDocument,
  { inDoubt }: DestinationDocument,
  receipt: Receipt,
): Ending {
  if (answer.outcome === 'done') return { state: 'done', receipt };
  const { because: lastError } = answer;
  if (answer.outcome === 'unknown' && inDoubt === 'wait') return { state: 'in_doubt', lastError, receipt };
  if (answer.outcome === 'unknown' && inDoubt === 'ask')
    return unsettled(effect, lastError, receipt.at, receipt);
  const pause = pauseBefore(answer, effect);
  if (pause === null) return { state: 'parked', lastError, receipt };
  return { state: 'failing', lastError, dueAt: new Date(receipt.at.getTime() + pause), receipt };
}

/** The pause before the next attempt, in ms; null: there is none. */
function pauseBefore(answer: Answer, { failures }: EffectDocument): number | null {
  const pause = pauseAfter(failures);
  // A destination that wants no more messages is paused: its effects wait for an operator, however long.
  if (answer.outcome === 'gone') return pause ?? 0;
  const asked = answer.outcome === 'busy' ? (answer.afterMs ?? 0) : 0;
  return pause === null ? null : Math.max(pause, asked);
}
