import type { Problem } from '../../operate/shapes/problem.ts';

/** A failed request, with a message for people. Status 0: the dashboard is unreachable. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** Why single fields of the request were refused. */
  readonly errors: NonNullable<Problem['errors']>;
  constructor(status: number, message: string, errors: NonNullable<Problem['errors']> = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
  /** @param field of the body, such as `settings/url`; also what is wrong within it */
  detailOf(field: string): string | undefined {
    const place = `#/${field}`;
    const isIn = (pointer: string) => pointer === place || pointer.startsWith(`${place}/`);
    return this.errors.find((error) => 'pointer' in error && isIn(error.pointer))?.detail;
  }
}
