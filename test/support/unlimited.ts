import { createBytesInFlight } from '../../src/accept/bytes-in-flight.ts';
import { createUnreadableLimit } from '../../src/accept/unreadable-limit.ts';

/** Limits of ingest that are never reached by tests of other things. */
export const UNLIMITED = {
  takes: () => Promise.resolve(true),
  unreadable: createUnreadableLimit(Date.now, () => undefined),
  inFlight: createBytesInFlight(Infinity, () => undefined),
};
