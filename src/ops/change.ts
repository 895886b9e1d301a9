import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import type { Changing } from './verb.ts';

export const UNCHANGED = 'Nothing was changed. To apply this, add --yes and --reason.';

/**
 * Makes a change. Without `--yes` it is a dry run: it checks that the target exists and shows what would be done. A
 * change that would be refused ends with the exit code of a refused one.
 */
export async function change(
  session: Session,
  options: Changing,
  { look, act }: ProposedChange,
): Promise<void> {
  const reason = reasonToAct(options);
  if (reason === null) return showWould(session, await look());
  const done = await act(reason);
  session.show(done, done.did);
}

interface ProposedChange {
  look: () => Promise<Would>;
  act: (reason: string) => Promise<{ did: string }>;
}

interface Would {
  /** What would be done, in words. */
  would: string;
  /** Why the API would refuse it, or null. */
  refused: string | null;
  /** The target as it is now. */
  shown: unknown;
}

/** Null: a dry run. @throws OpsProblem usage if `--yes` has no reason */
export function reasonToAct({ yes, reason }: Changing): string | null {
  if (!yes) return null;
  if (reason === undefined)
    throw new OpsProblem('usage', '--yes requires --reason (it is recorded in the audit log)');
  return reason;
}

function showWould(session: Session, { would, refused, shown }: Would): void {
  if (refused === null) return session.show({ dryRun: true, would, shown }, `${would}\n${UNCHANGED}`);
  session.show({ dryRun: true, would, refused, shown }, `${would}\nThis would be refused: ${refused}.`);
  session.endAs('refused');
}

/** The API requires a reason even for a count, and does not store it. */
export const TO_COUNT = 'only to count';

/** Shows a dry run for which the API counts the events. */
export function showCounted(session: Session, events: number, what: string): void {
  const would = `${events} parked event${events === 1 ? '' : 's'} would be ${what}.`;
  if (events > 0) return session.show({ dryRun: true, events }, `${would}\n${UNCHANGED}`);
  const refused = 'no parked events match';
  session.show({ dryRun: true, events, refused }, `${would}\nThis would be refused: ${refused}.`);
  session.endAs('refused');
}
