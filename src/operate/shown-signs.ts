import type { SignsRead } from '../system/destination-signs.ts';
import type { DestinationPhase } from '../system/states.ts';
import { SENDING_PHASES } from './destination-phase.ts';

/** Nothing is sent now, so it is not known what the other side would answer. */
const NOT_ASKED = { state: 'not_asked', since: null, pausedForMs: 0, because: null } as const;

/** What publishers recorded of a destination, as the status and pages show it; null while Redis is down. */
export function shownSigns(read: SignsRead | null, phase: DestinationPhase) {
  if (!SENDING_PHASES.has(phase)) return { perSecond: read?.rates.perSecond ?? null, circuit: NOT_ASKED };
  if (!read) return { perSecond: null, circuit: null };
  const { circuit, rates } = read;
  const since = circuit.since === null ? null : new Date(circuit.since).toISOString();
  return { perSecond: rates.perSecond, circuit: { ...circuit, since } };
}
