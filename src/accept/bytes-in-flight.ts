/**
 * A budget for the bytes of bodies that ingest holds at a time, of all requests together (S4): they are held before
 * anything is known of their sender. The first of each body are free, which the limit of connections bounds
 * (watch/serve.ts): the usual webhook never meets the budget, whatever large bodies do. Bytes count as they arrive, so a
 * length that is only said costs nothing. Where no more fit, the body that has been arriving longest gives way: a
 * good sender's is there in milliseconds, one that stands still is the first to go.
 */
export const FREE_BYTES = 16 * 1024;

/**
 * Six of the largest bodies, or 350 of 100 kB: 200 of those a second while each answer takes 1.7 s. The free bytes of
 * 2,000 connections are as much again, and so is what Node has yet to collect: under attack ingest grows by 100 MB.
 */
const LARGEST_AT_A_TIME = 6;
const LEAST_BYTES = 32 * 1024 * 1024;

export function budgetFor(maxBodyBytes: number): number {
  return Math.max(LEAST_BYTES, LARGEST_AT_A_TIME * maxBodyBytes);
}

export interface BytesInFlight {
  /** @param giveWay called at most once, and never after `arrived` or `release` */
  hold: (giveWay: () => void) => Held;
}

/** What one body holds. */
interface Held {
  /** Whether so many more bytes of it may be held. */
  grow: (bytes: number) => boolean;
  /** It is whole: from here on it is ours to finish. */
  arrived: () => void;
  /** Its bytes are needed no more. */
  release: () => void;
}

/** @param changed told how many bytes are held, beyond those that are free */
export function bytesInFlight(mostBytes: number, changed: (bytes: number) => void): BytesInFlight {
  let heldBytes = 0;
  /** Those that cost something and still arrive, longest first. */
  const arriving = new Set<{ giveUp: () => void }>();
  const makeRoom = (bytes: number, asking: object): boolean => {
    for (const each of arriving) {
      if (heldBytes + bytes <= mostBytes) return true;
      if (each !== asking) each.giveUp();
    }
    return heldBytes + bytes <= mostBytes;
  };
  const charge = (bytes: number) => {
    heldBytes += bytes;
    changed(heldBytes);
  };
  return {
    hold: (giveWay) => {
      let [bytes, charged] = [0, 0];
      const one = {
        giveUp: () => {
          release();
          giveWay();
        },
      };
      const release = () => {
        arriving.delete(one);
        if (charged > 0) charge(-charged);
        charged = 0;
      };
      return {
        grow: (more) => {
          bytes += more;
          const due = Math.max(0, bytes - FREE_BYTES) - charged;
          if (due <= 0) return true;
          arriving.add(one);
          if (!makeRoom(due, one)) return false;
          charge(due);
          charged += due;
          return true;
        },
        arrived: () => void arriving.delete(one),
        release,
      };
    },
  };
}
