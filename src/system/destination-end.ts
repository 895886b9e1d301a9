/** Whether a destination had ended at a time (ms since 1970): changes of that time set off nothing there. */
export function hasEnded({ until }: { until?: Date | null | undefined }, at: number): boolean {
  return Boolean(until && until.getTime() <= at);
}
