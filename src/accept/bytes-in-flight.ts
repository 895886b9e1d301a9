/**
 * A budget for the body bytes that ingest holds at a time, over all requests: it holds them before it knows
 * anything about their sender. The first bytes of each body are free; the connection limit bounds those
 * (health/serve.ts). So an ordinary webhook never needs the budget, however many large bodies arrive. Bytes
 * count when they arrive, so a declared length costs nothing. If the budget is used up, the body that has
 * been arriving longest gives way: an honest sender's body arrives within milliseconds, and a stalled one
 * goes first.
 */
export const FREE_BYTES = 16 * 1024;

/**
 * Six of the largest bodies, or 350 bodies of 100 kB: 200 of those a second if each answer takes 1.7 s. The
 * free bytes of 2,000 connections add the same amount, and so does garbage that Node has not collected yet:
 * under attack, ingest grows by 100 MB.
 */
const LARGEST_AT_A_TIME = 6;
const LEAST_BYTES = 32 * 1024 * 1024;

export function budgetFor(maxBodyBytes: number): number {
  return Math.max(LEAST_BYTES, LARGEST_AT_A_TIME * maxBodyBytes);
}

export interface BytesInFlight {
  /** @param giveWay called at most once, and never after `arrived` or `release` */
  hold: (giveWay: () => void) => HeldBytes;
}

/** The bytes that one body holds. */
interface HeldBytes {
  /** Whether this many more bytes of the body may be held. */
  grow: (bytes: number) => boolean;
  /** The body is complete: from now on it does not give way. */
  arrived: () => void;
  /** The bytes are no longer needed. */
  release: () => void;
}

/** @param changed called with the number of bytes held, without the free ones */
export function createBytesInFlight(mostBytes: number, changed: (bytes: number) => void): BytesInFlight {
  let heldBytes = 0;
  /** Bodies that use the budget and are still arriving, oldest first. */
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
