import type { EffectDocument } from '../persist/effect-schema.ts';
import type { Ending } from '../persist/effect-store.ts';
import { pauseAfter } from './schedule.ts';

/** How a handler's run ended. Each `because` is without customer data. */
export type Ran =
  | { ran: 'to its end'; because: string | null }
  /** It must not run: `isParked` if an operator has to decide. */
  | { ran: 'not'; because: string; isParked: boolean }
  /** It continues then. */
  | { ran: 'asleep'; until: Date }
  /** @property forGood is called if there is no other attempt. @returns whether steps are now to be undone */
  | { ran: 'failed'; because: string; forGood: () => Promise<boolean> }
  /** Its steps are to be undone. */
  | { ran: 'undo'; because: string }
  /** Its steps were undone. @property wasAsked by the handler; otherwise it had failed for good */
  | { ran: 'undone'; because: string; wasAsked: boolean };

/** What follows from a run. Undoing has the whole schedule again, and begins at once. */
export async function endingOfRun(
  ran: Ran,
  { failures }: Pick<EffectDocument, 'failures'>,
  at: Date,
  ms: number,
): Promise<Ending> {
  const receipt = { at, answer: ran.ran, ms };
  if (ran.ran === 'not') return endingOfNone(ran);
  const undo = (lastError: string): Ending => ({
    state: 'failing',
    lastError,
    dueAt: at,
    receipt,
    isRestarted: true,
  });
  if (ran.ran === 'asleep') return { state: 'sleeping', dueAt: ran.until, receipt };
  if (ran.ran === 'undo') return undo(ran.because);
  if (ran.ran === 'to its end')
    return { state: 'done', receipt, ...(ran.because !== null && { because: ran.because }) };
  const { because: lastError } = ran;
  if (ran.ran === 'undone')
    return ran.wasAsked ? { state: 'skipped', because: lastError } : { state: 'parked', lastError, receipt };
  const pause = pauseAfter(failures);
  if (pause !== null) return { state: 'failing', lastError, dueAt: new Date(at.getTime() + pause), receipt };
  return (await ran.forGood()) ? undo(lastError) : { state: 'parked', lastError, receipt };
}

function endingOfNone({ because, isParked }: Extract<Ran, { ran: 'not' }>): Ending {
  return isParked ? { state: 'parked', lastError: because, receipt: null } : { state: 'skipped', because };
}
