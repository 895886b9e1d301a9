import { createBatcher, type BatchLimits } from '../system/batcher.ts';

/** 100 orders of 10 kB are 1 MB: far below MongoDB's 48 MB per message, and larger batches gain little. */
const SMALL_ONES = 100;
/** Each has at most 4 MB (deposit/mailbox.ts), so a batch is still one message. */
const LARGE_ONES = 4;
/** More than the drains of one worker (WORKER_CONCURRENCY). */
const MAY_WAIT = 2000;

/**
 * Batches questions with {@link createBatcher}, in two lanes. Small ones never wait for the round trip of large ones, and
 * batches of large ones are small.
 * @param linger when a batch of small ones waits for more
 */
export function inLanes<Question, Answer>(
  isLarge: (question: Question) => boolean,
  ask: (questions: Question[]) => Promise<(Answer | Error)[]>,
  linger: Pick<BatchLimits, 'enough' | 'lingerMs' | 'lingerWhile'> = {},
): (question: Question) => Promise<Answer> {
  const small = createBatcher(ask, { largest: SMALL_ONES, mayWait: MAY_WAIT, ...linger });
  const large = createBatcher(ask, { largest: LARGE_ONES, mayWait: MAY_WAIT });
  return (question) => (isLarge(question) ? large(question) : small(question));
}
