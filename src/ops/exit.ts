import { messageOf } from '../system/errors.ts';
import { plainLines } from './plain.ts';

/** Exit codes for the shell. `refused` also means: a check ran and found a problem. */
export const EXIT_CODES = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;
type ExitName = keyof typeof EXIT_CODES;

/** A failed command. The message is for the person who typed it. */
export class OpsProblem extends Error {
  readonly exit: ExitName;
  /** HTTP status of the API's response; null: there was none. */
  readonly status: number | null;
  constructor(exit: ExitName, message: string, status: number | null = null) {
    super(message);
    this.exit = exit;
    this.status = status;
  }
}

/** Runs a command. An error becomes a message on stderr and the exit code. */
export async function endingWell(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    process.stderr.write(`${plainLines(messageOf(error))}\n`);
    endAs(error instanceof OpsProblem ? error.exit : 'refused');
  }
}

/** Sets the exit code; the process still finishes its output. */
export function endAs(ending: ExitName): void {
  process.exitCode = EXIT_CODES[ending];
}
