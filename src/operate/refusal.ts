import { PROBLEMS, type ProblemCode } from '../system/problems.ts';

/** One invalid input: a parameter of the path or query by its name, or a field of the body by its JSON pointer. */
export type InvalidInput = { parameter: string; detail: string } | { pointer: string; detail: string };

/** A refused request, with a message for the caller. Any other error is unexpected. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ProblemCode;
  /** Which parts of the input are invalid, if known. */
  readonly errors: readonly InvalidInput[];
  constructor(code: ProblemCode, message: string, errors: readonly InvalidInput[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** A parameter of the path or the query that turns out to be invalid only when it is used. */
export function invalidParameter(parameter: string, detail: string): Refusal {
  return new Refusal('bad_request', `${parameter}: ${detail}`, [{ parameter, detail }]);
}

/** The same for a field of the body. */
export function invalidField(field: string, detail: string): Refusal {
  return new Refusal('bad_request', `${field}: ${detail}`, [{ pointer: `#/${field}`, detail }]);
}
