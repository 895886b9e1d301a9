import type { BlockDocument } from './block-schema.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { RoutedDocument } from './routed-schema.ts';

/** What the router reads and writes. Every step is safe to repeat, and safe while another router runs. */
export interface RoutedBlocks {
  /** The last block that was routed. The first time, the newest one: effects begin with the next change. */
  position: () => Promise<number>;
  /** The number of the newest block. */
  newest: () => Promise<number>;
  /** The blocks after this one, oldest first, without a gap between them. */
  after: (block: number, limit: number) => Promise<BlockDocument[]>;
  /** Moves the position. @returns false: another router has moved it */
  advance: (from: number, to: number, missed?: RoutedDocument['missed']) => Promise<boolean>;
}

const ID = 'effects';

export function createRoutedBlocks({
  routed,
  changes,
}: Pick<Collections, 'routed' | 'changes'>): RoutedBlocks {
  const newest = async (): Promise<number> => {
    const found = await changes
      .findOne({}, { _id: 1 })
      .sort({ _id: -1 })
      .readConcern('majority')
      .lean<{ _id: number }>();
    return found?._id ?? 0;
  };
  return {
    newest,
    position: async () => {
      const found = await routed.findById(ID).readConcern('majority').lean<RoutedDocument>();
      if (found) return found.block;
      const block = await newest();
      try {
        await routed.create({ _id: ID, block, missed: null });
        return block;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return (await routed.findById(ID).lean<RoutedDocument>())?.block ?? block;
      }
    },
    after: async (block, limit) =>
      await changes
        .find({ _id: { $gt: block } })
        .sort({ _id: 1 })
        .limit(limit)
        .readConcern('majority')
        .lean<BlockDocument[]>(),
    advance: async (from, to, missed) => {
      const set = { block: to, ...(missed && { missed }) };
      const { matchedCount } = await routed.updateOne({ _id: ID, block: from }, { $set: set });
      return matchedCount === 1;
    },
  };
}

/** The blocks before this one, newest first; null: the newest. */
export async function blocksBefore(
  { changes }: Pick<Collections, 'changes'>,
  block: number | null,
  limit: number,
): Promise<BlockDocument[]> {
  return await changes
    .find(block === null ? {} : { _id: { $lt: block } })
    .sort({ _id: -1 })
    .limit(limit)
    .lean<BlockDocument[]>();
}
