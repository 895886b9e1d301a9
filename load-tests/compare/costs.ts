import { MACHINE } from './prices.ts';
import type { Spent } from './spent.ts';

const SECONDS_PER_HOUR = 3600;

/** What the CPU time of a million events costs, in dollars. Null if it was not measured. */
export function dollarsPerMillion({
  ownCpuMicros,
  serverCpuMicros,
}: Pick<Spent, 'ownCpuMicros' | 'serverCpuMicros'>): number | null {
  if (ownCpuMicros === null || serverCpuMicros === null) return null;
  // As many seconds for a million events as microseconds for one.
  const seconds = ownCpuMicros + serverCpuMicros;
  return (seconds / SECONDS_PER_HOUR) * (MACHINE.dollarsPerHour / MACHINE.cpus);
}
