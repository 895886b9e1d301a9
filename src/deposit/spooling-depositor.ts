import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { Spool } from '../persist/spool.ts';
import { Fault, messageOf } from '../system/errors.ts';
import { within } from '../system/within.ts';
import type { Depositor } from './depositor.ts';

/** How the depositor learns about Redis, and reports what it does. */
export interface SpoolWatch {
  /** Whether Redis has passed its checks; until then it is not used. */
  isFit?: () => boolean;
  /** Called when an event goes to the spool, with the reason. */
  spooled: (reason: string) => void;
}

/** After this many failures in a row Redis is not used; one webhook a second tests if it has recovered. */
const FAILURES_TO_OPEN = 5;
const ASK_AGAIN_MS = 1000;
/** With DEPOSIT_TIMEOUT_MS (1500) before it, an answer leaves within 3 s; Shopify waits 5 s. */
const SPOOL_MS = 1200;

/**
 * Deposits events in Redis. If Redis is down, full, read-only, too slow or not suitable, stores the event in
 * MongoDB's spool (P2). The event may then be in both: when it leaves the spool it is deposited like any
 * other, and recognised as a duplicate (P3).
 */
export function createSpoolingDepositor(
  redis: Depositor,
  spool: Spool,
  depositTimeoutMs: number,
  watch: SpoolWatch,
): Depositor {
  const breaker = redisBreaker();
  return {
    deposit: async (event, delivery, repeat = null) => {
      try {
        // While one webhook tests Redis, the others do not wait for it: a Redis that hangs costs 1.5 s.
        if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
        if (watch.isFit?.() === false) throw new Error('Redis is down, or not checked yet');
        return await breaker.execute(() => within(redis.deposit(event, delivery, repeat), depositTimeoutMs));
      } catch (error) {
        watch.spooled(messageOf(error));
      }
      try {
        const spooling = { event, delivery, repeatId: repeat?.id };
        const { event: id, firstSeenAt } = await within(spool.put(spooling), SPOOL_MS);
        return firstSeenAt
          ? { outcome: 'duplicate', event: id, firstSeenAt }
          : { outcome: 'accepted', event: id };
      } catch (error) {
        throw new Fault('not_durable', `neither Redis nor the spool stored it: ${messageOf(error)}`, error);
      }
    },
  };
}

function redisBreaker(): CircuitBreakerPolicy {
  // A full Redis answers immediately and still recognises duplicates, so it is always used.
  const isUnwell = handleWhen((error) => !(error instanceof Fault && error.code === 'redis_full'));
  return circuitBreaker(isUnwell, {
    halfOpenAfter: ASK_AGAIN_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
}
