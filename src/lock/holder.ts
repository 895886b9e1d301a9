import { createHash, randomBytes } from 'node:crypto';

/** Who holds a lock. */
export interface Holder {
  /** `<host>:<pid>` */
  program: string;
  /** BullMQ's id of the drain job, or a word for whatever else holds a lock. */
  job: string;
  /** When it asked for the lock: ms since 1970, by its own clock. */
  since: number;
}

/** What a lock's value tells. */
interface Told {
  /** Another for every holder. It is shown to people; the whole value never leaves the servers. */
  token: string;
  /** Null where the value is not of this version's making. */
  holder: Holder | null;
}

const VALUE = /^([0-9a-f]{32}) ([^ ]*) ([^ ]*) (\d{1,15})$/;

/**
 * The value of a lock: random, so that no two holders have the same, and then who holds it, so that nobody
 * needs a second key for it. Host names and job ids may be anything: they are percent-encoded.
 */
export function encodeHolder({ program, job, since }: Holder): string {
  const random = randomBytes(16).toString('hex');
  return `${random} ${encode(program)} ${encode(job)} ${since}`;
}

/** Never throws: another version, or anybody with a Redis shell, may have set the value. */
export function decodeHolder(value: string): Told {
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
    // A percent sign that begins nothing: not ours.
  }
  return { token: createHash('sha256').update(value).digest('hex').slice(0, 32), holder: null };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
