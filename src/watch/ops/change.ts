import { endAs, OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import type { Changing } from './verb.ts';

const UNCHANGED = 'Nothing was changed: add --yes and a --reason.';

/**
 * A change: without `--yes` it is only said what would be done, after looking that there is something to do it
 * to; what would be refused ends as if it had been.
 */
export async function change(session: Session, options: Changing, { look, act }: Change): Promise<void> {
  const reason = reasonToAct(options);
  if (reason === null) return showWould(session, await look());
  const done = await act(reason);
  session.show(done, done.did);
}

interface Change {
  look: () => Promise<Would>;
  act: (reason: string) => Promise<{ did: string }>;
}

interface Would {
  /** What would be done. */
  would: string;
  /** Why it would not be, or null. */
  refused: string | null;
  /** What was found. */
  shown: unknown;
}

/** Null: it is not to be done. @throws OpsProblem usage where it is, and nobody says why */
export function reasonToAct({ yes, reason }: Changing): string | null {
  if (!yes) return null;
  if (reason === undefined) throw new OpsProblem('usage', '--yes needs a --reason: it is kept in the audit');
  return reason;
}

function showWould(session: Session, { would, refused, shown }: Would): void {
  if (refused === null) return session.show({ dryRun: true, would, shown }, `${would}\n${UNCHANGED}`);
  session.show({ dryRun: true, would, refused, shown }, `${would}\nIt would be refused: ${refused}.`);
  endAs('refused');
}

/** The API takes a count with a reason only, and keeps none of it. */
export const TO_COUNT = 'only to count';

/** The same where the API counts. */
export function showCounted(session: Session, events: number, what: string): void {
  const would = `${events} parked event${events === 1 ? '' : 's'} would be ${what}.`;
  if (events > 0) return session.show({ dryRun: true, events }, `${would}\n${UNCHANGED}`);
  const refused = 'nothing that is parked is among these';
  session.show({ dryRun: true, events, refused }, `${would}\nIt would be refused: ${refused}.`);
  endAs('refused');
}
