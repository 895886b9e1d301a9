import { messageOf } from '../../system/errors.ts';
import { plainLines } from './plain.ts';

/** How a verb ended, as the shell sees it. `refused` is also: it was looked, and something is wrong. */
export const EXIT_CODES = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;
type Ending = keyof typeof EXIT_CODES;

/** A verb that cannot be done, in words for whoever typed it. */
export class OpsProblem extends Error {
  readonly exit: Ending;
  /** What the API answered, where it did. */
  readonly status: number | null;
  constructor(exit: Ending, message: string, status: number | null = null) {
    super(message);
    this.exit = exit;
    this.status = status;
  }
}

/** Runs a verb to its end: what it throws becomes one message on stderr, and the exit code. */
export async function endingWell(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    process.stderr.write(`${plainLines(messageOf(error))}\n`);
    endAs(error instanceof OpsProblem ? error.exit : 'refused');
  }
}

/** Ends as that once all is said. */
export function endAs(ending: Ending): void {
  process.exitCode = EXIT_CODES[ending];
}
