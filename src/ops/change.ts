import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { counted } from './table.ts';
import type { Changing } from './verb.ts';

export const UNCHANGED = 'Nothing was changed. To apply this, add --yes and --reason.';

/**
 * Makes a change. Without `--yes` it is a dry run: it checks that the target exists and shows what would be done. A
 * change that would be refused ends with the exit code of a refused one.
 */
export async function change(
  session: Session,
  options: Changing,
  proposed: ProposedChange<{ did: string }>,
): Promise<void> {
  await changeShowing(session, options, proposed, ({ did }) => did);
}

/** The same, if the answer is more than the words of what was done. */
export async function changeShowing<Done>(
  session: Session,
  options: Changing,
  { look, act }: ProposedChange<Done>,
  textOf: (done: Done) => string,
): Promise<void> {
  const reason = reasonToAct(options);
  if (reason === null) return showWould(session, await look());
  const done = await act(reason);
  session.show(done, textOf(done));
}

interface ProposedChange<Done> {
  look: () => Promise<Would>;
  act: (reason: string) => Promise<Done>;
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

/** Shows a dry run for which the API counts what it concerns, such as `{ events: 3 }` parked events. */
export function showCounted(
  session: Session,
  count: Record<string, number>,
  { what, done }: { what: string; done: string },
): void {
  const number = Object.values(count).reduce((sum, each) => sum + each, 0);
  const would = `${counted(number, what)} would be ${done}.`;
  if (number > 0) return session.show({ dryRun: true, ...count }, `${would}\n${UNCHANGED}`);
  const refused = `no ${what}s match`;
  session.show({ dryRun: true, ...count, refused }, `${would}\nThis would be refused: ${refused}.`);
  session.endAs('refused');
}
