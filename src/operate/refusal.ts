/** Why a request is refused, and its HTTP status. Any other error is unexpected, and answered with 503. */
const STATUSES = {
  bad_request: 400,
  not_signed_in: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  away: 503,
} as const;
export type RefusalKind = keyof typeof STATUSES;

/** A refused request, with a message for the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;
  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.kind = kind;
  }
  get status(): number {
    return STATUSES[this.kind];
  }
}
