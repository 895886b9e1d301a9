import type { Role } from '../system/roles.ts';

/** The caller of a request. */
export interface Caller {
  name: string;
  role: Role;
  /** The shops that its token is bound to; null: all. */
  shops: readonly string[] | null;
  /** The token's id. */
  token: string;
  expiresAt: Date;
  /** The ids that it comes from, oldest first; the oldest, or its own id; and when that one expires. */
  line: string[];
  root: string;
  rootEndsAt: Date | null;
  /** `session`: a page, by its cookie. */
  by: 'token' | 'session';
}

/** The request as an action in the audit log. */
export interface NotedAct {
  /** The number of its audit entry; null if the request changes nothing. */
  number: number | null;
  /** Adds words to the audit entry that the answer does not have. */
  note: (words: string) => void;
}
