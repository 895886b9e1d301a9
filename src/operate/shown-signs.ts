import type { SignsRead } from '../system/destination-signs.ts';

/** What publishers recorded of a destination, as the status and pages show it; null while Redis is down. */
export function shownSigns(read: SignsRead | null) {
  if (!read) return { perSecond: null, circuit: null };
  const { circuit, rates } = read;
  const since = circuit.since === null ? null : new Date(circuit.since).toISOString();
  return { perSecond: rates.perSecond, circuit: { ...circuit, since } };
}
