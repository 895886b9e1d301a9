import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GlobalOptions, Session } from './session.ts';

/** A command. */
export interface Verb<Options = object> {
  /** In commander's notation: `release <order>`. */
  call: string;
  about: string;
  /** Runs if only the noun is typed. */
  isDefault?: true;
  options?: readonly Option[];
  act: (session: Session, args: string[], options: Options) => Promise<void>;
}

/** Runs a verb's work in a session. */
export type RunVerb = (globals: GlobalOptions, work: (session: Session) => Promise<void>) => Promise<void>;

/** Checks the types of a verb's options, then drops them, so that all verbs fit in one list. */
export function verb<Options = object>(given: Verb<Options>): Verb {
  return given as unknown as Verb;
}

const globalOptions = () => [
  new Option('--json', 'Print JSON'),
  new Option('--url <url>', 'Dashboard address (default: LOCKSTEP_URL, or that of npm start in this folder)'),
  new Option('--token <token>', 'API token (default: LOCKSTEP_TOKEN, or that of npm start in this folder)'),
];

export function addGlobalOptions(command: Command): void {
  for (const option of globalOptions()) command.addOption(option);
}

/**
 * Adds verbs to a command. Global options may be given before or after the verb. A verb's own option of the same name
 * takes precedence: `lock release --token` is the lock's token, so the API's token must come before the verb.
 */
export function addVerbs(root: Command, to: Command, verbs: readonly Verb[], run: RunVerb): void {
  for (const { call, about, isDefault = false, options = [], act } of verbs) {
    const command = to.command(call, { isDefault }).description(isDefault ? `${about} (default)` : about);
    for (const option of options) command.addOption(option);
    const own = new Set(options.map(({ long }) => long));
    const shared = globalOptions().filter(({ long }) => !own.has(long));
    for (const option of shared) command.addOption(option);
    command.action(async () => {
      const given: Record<string, unknown> = command.opts();
      const names = shared.map((option) => option.attributeName());
      const globals: GlobalOptions = {
        ...root.opts(),
        ...Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name))),
      };
      const args = command.processedArgs.flat().filter((arg) => typeof arg === 'string');
      await run(globals, (session) => act(session, args, given));
    });
  }
}

export const reasonOption = () =>
  new Option('--reason <reason>', 'Reason, recorded in the audit log').argParser(reasonOf);

/** Options of a verb that changes something. Without `--yes` it is a dry run, and needs no reason. */
export interface Changing {
  reason?: string;
  yes?: true;
}
export const changeOptions = () => [
  new Option('--reason <reason>', 'Reason, recorded in the audit log; required with --yes').argParser(
    reasonOf,
  ),
  new Option('--yes', 'Apply the change; otherwise only show what would be done'),
];
export const shopOption = () => new Option('--shop <shop>', 'Filter by shop');
export const topicOption = () => new Option('--topic <topic>', 'Filter by topic');
export const limitOption = (most = 10_000) =>
  new Option('--limit <rows>', 'Maximum number of rows').argParser(wholeNumber(1, most)).default(50);

function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason.length < 3 || reason.length > 500)
    throw new InvalidArgumentError('Must be 3 to 500 characters.');
  return reason;
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Must be a whole number from ${least} to ${most}.`);
  };
}
