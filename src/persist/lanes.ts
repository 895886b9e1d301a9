import { coalesce } from '../system/coalesce.ts';

/** 100 orders of 10 kB are 1 MB: far below MongoDB's 48 MB a message, and past the knee of its gain. */
const SMALL_ONES = 100;
/** Of 4 MB each at most (deposit/mailbox.ts): a batch stays one message. */
const LARGE_ONES = 4;
/** More than drains of one worker (WORKER_CONCURRENCY). */
const MAY_WAIT = 2000;

/**
 * Batches as {@link coalesce} makes them, in two lanes: small ones never wait for the round trip of large ones,
 * and large ones are few to a batch.
 */
export function inLanes<Question, Answer>(
  isLarge: (question: Question) => boolean,
  ask: (questions: Question[]) => Promise<(Answer | Error)[]>,
): (question: Question) => Promise<Answer> {
  const small = coalesce(ask, { largest: SMALL_ONES, mayWait: MAY_WAIT });
  const large = coalesce(ask, { largest: LARGE_ONES, mayWait: MAY_WAIT });
  return (question) => (isLarge(question) ? large(question) : small(question));
}
