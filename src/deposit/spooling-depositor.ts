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

/** What is seen of it from outside. */
export interface SpoolWatch {
  /** Whether Redis was found suitable; until then it is not asked. */
  isFit?: () => boolean;
  /** An event went to the spool; why. */
  spooled: (reason: string) => void;
}

/** After so many failures in a row Redis is left alone, and one webhook a second asks whether it is well. */
const FAILURES_TO_OPEN = 5;
const ASK_AGAIN_MS = 1000;
/** With DEPOSIT_TIMEOUT_MS (1500) before it, an answer leaves within 3 s; Shopify waits 5. */
const SPOOL_MS = 1200;

/**
 * Deposits in Redis; where Redis is away, full, read-only, too slow or not suitable, keeps the event in MongoDB's spool
 * (P2). It may then be in both: coming out of the spool it is deposited like any other, and so found to
 * be there (P3).
 */
export function spoolingDepositor(
  redis: Depositor,
  spool: Spool,
  depositTimeoutMs: number,
  watch: SpoolWatch,
): Depositor {
  const breaker = redisBreaker();
  return {
    deposit: async (event, delivery, repeat = null) => {
      try {
        // Whoever comes while another asks would wait with it, and a Redis that hangs costs 1.5 s.
        if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
        if (watch.isFit?.() === false) throw new Error('Redis is not there, or was not looked at yet');
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
        throw new Fault('not_durable', `neither Redis nor the spool took it: ${messageOf(error)}`, error);
      }
    },
  };
}

function redisBreaker(): CircuitBreakerPolicy {
  // A full Redis answers at once, and knows what it has seen: it is asked every time.
  const isUnwell = handleWhen((error) => !(error instanceof Fault && error.code === 'redis_full'));
  return circuitBreaker(isUnwell, {
    halfOpenAfter: ASK_AGAIN_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
}
