import { InvalidArgumentError, Option, type Command } from 'commander';
import { endingWell } from './exit.ts';
import { openSession, type GlobalOptions, type Session } from './session.ts';

/** One row of the command line. */
export interface Verb<Options = object> {
  /** As commander writes it: `release <order>`. */
  call: string;
  about: string;
  /** The noun alone means this verb. */
  isDefault?: true;
  options?: readonly Option[];
  act: (session: Session, args: string[], options: Options) => Promise<void>;
}

/** Checks a verb's types, and forgets them. */
export function verb<Options = object>(given: Verb<Options>): Verb {
  return given as unknown as Verb;
}

const globalOptions = () => [
  new Option('--json', 'print JSON'),
  new Option('--url <url>', 'the dashboard; otherwise LOCKSTEP_URL, or what npm start serves here'),
  new Option('--token <token>', 'otherwise LOCKSTEP_TOKEN, or the development token of npm start'),
];

export function addGlobalOptions(command: Command): void {
  for (const option of globalOptions()) command.addOption(option);
}

/**
 * Adds verbs to a command. What goes for all verbs may stand before or behind the verb; a verb's own option of
 * that name comes first (`lock release --token` is the lock's: there, the API's goes before the verb).
 */
export function addVerbs(root: Command, to: Command, verbs: readonly Verb[]): void {
  for (const { call, about, isDefault = false, options = [], act } of verbs) {
    const command = to.command(call, { isDefault }).description(about);
    for (const option of options) command.addOption(option);
    const own = new Set(options.map(({ long }) => long));
    const shared = globalOptions().filter(({ long }) => !own.has(long));
    for (const option of shared) command.addOption(option);
    command.action(async () => {
      const given: Record<string, unknown> = command.opts();
      const behind = shared.map((option) => option.attributeName());
      const globals: GlobalOptions = {
        ...root.opts(),
        ...Object.fromEntries(Object.entries(given).filter(([name]) => behind.includes(name))),
      };
      const args = command.processedArgs.flat().filter((arg) => typeof arg === 'string');
      await endingWell(() => act(openSession(globals), args, given));
    });
  }
}

export const reasonOption = () =>
  new Option('--reason <reason>', 'why; it is kept in the audit').argParser(reasonOf);

/** Of a verb that changes something: without `--yes` it only says what it would do, and needs no reason. */
export interface Changing {
  reason?: string;
  yes?: true;
}
export const changeOptions = () => [
  new Option('--reason <reason>', 'why; needed with --yes, and kept in the audit').argParser(reasonOf),
  new Option('--yes', 'do it; otherwise it is only said what would be done'),
];
export const shopOption = () => new Option('--shop <shop>', 'only of this shop');
export const topicOption = () => new Option('--topic <topic>', 'only of this topic');
export const limitOption = () =>
  new Option('--limit <rows>', 'at most so many').argParser(wholeNumber(1, 10_000)).default(50);

function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason.length < 3 || reason.length > 500)
    throw new InvalidArgumentError('say why, in 3 to 500 letters');
  return reason;
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`is no number from ${least} to ${most}`);
  };
}
