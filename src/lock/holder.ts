import { createHash, randomBytes } from 'node:crypto';

/** Who holds a lock. */
export interface Holder {
  /** `<host>:<pid>` */
  program: string;
  /** BullMQ's id of the drain job, or a word for another use of a lock. */
  job: string;
  /** When it asked for the lock: ms since 1970, by its own clock. */
  since: number;
}

/** What a lock's value contains. */
interface LockValue {
  /** Unique to each holder. Operators see the token; the whole value never leaves the servers. */
  token: string;
  /** Null if this version did not write the value. */
  holder: Holder | null;
}

const VALUE = /^([0-9a-f]{32}) ([^ ]*) ([^ ]*) (\d{1,15})$/;

/**
 * The value of a lock: a random part, which is unique to each holder, and then the holder, which saves a
 * second key. Host names and job ids may contain any character, so they are percent-encoded.
 */
export function encodeHolder({ program, job, since }: Holder): string {
  const random = randomBytes(16).toString('hex');
  return `${random} ${encode(program)} ${encode(job)} ${since}`;
}

/** Never throws: another version, or anyone with a Redis shell, may have set the value. */
export function decodeHolder(value: string): LockValue {
  const [, token = '', program = '', job = '', since = ''] = VALUE.exec(value) ?? [];
  try {
    if (token !== '')
      return {
        token,
        holder: {
          program: decodeURIComponent(program),
          job: decodeURIComponent(job),
          since: Number(since),
        },
      };
  } catch {
    // An invalid percent sequence: Lockstep did not write this.
  }
  return { token: createHash('sha256').update(value).digest('hex').slice(0, 32), holder: null };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
