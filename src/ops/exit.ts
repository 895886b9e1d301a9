/** Exit codes for the shell. `refused` also means: a check ran and found a problem. */
export const EXIT_CODES = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;
export type ExitName = keyof typeof EXIT_CODES;

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
