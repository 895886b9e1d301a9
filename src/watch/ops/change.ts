import { counted } from './table.ts';
import type { Session } from './session.ts';

const UNCHANGED = 'Nothing was changed: add --yes.';

/** A change: without `--yes` it is only said what would be done, after looking that there is something to do it to. */
export async function change(session: Session, { yes, would, shown, act }: Change): Promise<void> {
  if (yes) {
    const done = await act();
    session.show(done, done.did);
    return;
  }
  session.show({ dryRun: true, would, shown }, `${would}\n${UNCHANGED}`);
}

interface Change {
  yes: boolean | undefined;
  would: string;
  /** What was found. */
  shown: unknown;
  act: () => Promise<{ did: string }>;
}

/** The same where the API counts. */
export function showCounted(session: Session, events: number, what: string): void {
  session.show(
    { dryRun: true, events },
    `${counted(events, 'parked event')} would be ${what}.\n${UNCHANGED}`,
  );
}
