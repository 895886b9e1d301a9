import type { BlockStore, Pending, PendingCommit } from './block-store.ts';
import type { BlockDocument } from './block-schema.ts';

/**
 * Moves commits from the outbox into numbered blocks: the change feed. Any number of sequencers may run, and die at any
 * line; a lock only saves work. Every commit ends up in exactly one block, and blocks have consecutive numbers:
 *
 * 1. A sequencer finishes block n, so that none of its commits is pending any more, before it reads pending commits for
 *    block n + 1. Blocks before n were finished before n was added. So it reads only commits that are in no block up to n.
 * 2. MongoDB takes block n + 1 once. If another sequencer was faster, nothing was added, and this one starts over.
 * 3. A commit that is inserted late gets a later block. A reader that has read up to block n has missed nothing.
 * 4. A commit that is inserted again meets its tombstone.
 */
export interface Sequencer {
  /** One block, if there are commits for it. */
  step: () => Promise<Step>;
}

interface Step {
  /** The commits that were moved; none if another sequencer was faster. */
  moved: PendingCommit[];
  /** Whether commits may be left for another block, besides those that came meanwhile. */
  isBehind: boolean;
}

export function createSequencer(store: BlockStore, now: () => number): Sequencer {
  /** The newest block, finished by this sequencer; undefined: not known. */
  let last: BlockDocument | null | undefined;
  /** The order that a full block ended with: the next one continues after it, so that no order starves. */
  let after = '';

  const finished = async (): Promise<BlockDocument | null> => {
    if (last !== undefined) return last;
    const newest = await store.newest();
    if (newest) await store.finish(newest);
    return (last = newest);
  };
  const next = async (): Promise<Pending> => {
    const behind = await store.pending(after);
    if (behind.commits.length > 0 || after === '') return behind;
    after = '';
    return await store.pending(after);
  };
  return {
    step: async () => {
      const before = await finished();
      const { commits, isAll } = await next();
      const isBehind = after !== '' || !isAll;
      if (commits.length === 0) return { moved: [], isBehind };
      const block = blockOf(before, commits, now());
      // Whatever fails or wins from here on: the next step asks MongoDB which block is the newest.
      last = undefined;
      if (!(await store.add(block))) return { moved: [], isBehind: true };
      await store.finish(block);
      last = block;
      after = isAll ? '' : (commits.at(-1)?.order ?? '');
      return { moved: commits, isBehind };
    },
  };
}

function blockOf(before: BlockDocument | null, commits: PendingCommit[], now: number): BlockDocument {
  const topics = commits.flatMap(({ record }) => record.events.map(({ topic }) => topic));
  return {
    _id: (before?._id ?? 0) + 1,
    at: new Date(Math.max(now, before?.at.getTime() ?? 0)),
    shops: [...new Set(commits.map(({ order }) => order.split('/')[0] ?? ''))],
    topics: [...new Set(topics)],
    commits: commits.map(({ _id, order, record }) => ({ _id, order, ...record })),
  };
}
