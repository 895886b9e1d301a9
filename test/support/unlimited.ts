import { bytesInFlight } from '../../src/accept/bytes-in-flight.ts';
import { unreadableLimit } from '../../src/accept/unreadable-limit.ts';

/** Limits of ingest that are never reached by tests of other things. */
export const UNLIMITED = {
  takes: () => Promise.resolve(true),
  unreadable: unreadableLimit(Date.now, () => undefined),
  inFlight: bytesInFlight(Infinity, () => undefined),
};
