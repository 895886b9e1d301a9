/**
 * Why a request to the API is refused or fails: each code, its HTTP status and its title (RFC 9457). Codes are for
 * programs and do not change; the text of `detail` may.
 */
export const PROBLEMS = {
  bad_request: {
    status: 400,
    title: 'Invalid request',
    about: 'Malformed, or a parameter is invalid; `errors` names each of them. The same request fails again.',
  },
  not_signed_in: {
    status: 401,
    title: 'Not signed in',
    about: 'The token or session is missing, invalid, expired or revoked.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    about: 'The role is too low, the token is bound to shops, or the request comes from another origin.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    about: 'It does not exist, or belongs to a shop that the token does not include.',
  },
  method_not_allowed: { status: 405, title: 'Method not allowed', about: 'The address is read-only.' },
  conflict: {
    status: 409,
    title: 'Conflict',
    about: 'The state has changed since it was shown, or confirmation is needed.',
  },
  gone: {
    status: 410,
    title: 'Gone',
    about:
      'The changes after the cursor have been deleted, or it is from another feed: copy all orders again, then continue from a new cursor.',
  },
  too_large: { status: 413, title: 'Body too large', about: 'The body of the request is too large.' },
  data_invalid: {
    status: 422,
    title: 'Invalid data',
    about: 'The data of an event does not fit the schema of its type; `errors` names the places.',
  },
  type_unknown: {
    status: 422,
    title: 'Unknown type',
    about: 'The type of an event is not registered; `detail` names those that its source has.',
  },
  too_many: {
    status: 429,
    title: 'Too many requests',
    about: 'Retry-After says when to retry. Without it, close other streams first.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    about: 'Redis or MongoDB is down or does not answer in time: retry later.',
  },
  internal: {
    status: 503,
    title: 'Internal error',
    about: 'Unexpected: the log of the program has the details.',
  },
} as const satisfies Record<string, { status: number; title: string; about: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];
