import { masked } from '../order/mask.ts';
import type { BlockDocument } from '../persist/block-schema.ts';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { effectsOf } from './effects-of-blocks.ts';
import { SLOW, type Expressions } from './expressions.ts';
import { messagesOf, type Message, type MessageSources, type Unmade } from './messages.ts';

/** What is asked: the settings of a destination that decide what it gets. */
export type PreviewAsked = Pick<DestinationDocument, 'on' | 'shops' | 'filter' | 'transform'>;

/** What would happen to a change. */
export interface Previewed {
  order: string;
  name: string | null;
  sequence: number | null;
  version: number;
  topic: string;
  occurredAt: Date;
  outcome: 'sent' | 'refused' | 'failed' | 'not tried';
  error: string | null;
  /** Customer data is masked. Null: nothing would be sent. */
  sent: string | null;
  /** `sent` is only its beginning. */
  isCut: boolean;
}

export interface PreviewTools {
  /** The blocks of the change feed before this one, newest first; null: the newest. */
  blocksBefore: (block: number | null, limit: number) => Promise<BlockDocument[]>;
  messages: MessageSources;
  expressions: Expressions;
  now: () => number;
}

const BLOCKS_AT_ONCE = 10;
/** At most 50,000 changes. */
const MOST_BLOCKS = 100;
const LONGEST_SHOWN = 20_000;

/**
 * The newest changes that would set off an effect, and what would be sent. The filter gets the real message, as it will
 * later; the transformation gets the masked one, because its result is shown.
 */
export async function preview(asked: PreviewAsked, limit: number, tools: PreviewTools): Promise<Previewed[]> {
  const effects = await newestOf(asked, limit, tools);
  const previewed: Previewed[] = [];
  let isSlow = false;
  for (const effect of effects) {
    const message = (await messagesOf([effect], tools.messages)).get(effect._id);
    if (!message) continue;
    const would: Would = isSlow ? NOT_TRIED : await wouldBe(message, asked, tools.expressions);
    // Each that never ends takes a thread for a second.
    isSlow ||= would.error === SLOW;
    const { order, sequence, version, topic, occurredAt } = effect;
    const name = 'about' in message ? message.about.name : null;
    previewed.push({ order, name, sequence, version, topic, occurredAt, ...would });
  }
  return previewed;
}

type Would = Pick<Previewed, 'outcome' | 'error' | 'sent' | 'isCut'>;

const NOTHING = { error: null, sent: null, isCut: false };
const NOT_TRIED: Would = { ...NOTHING, outcome: 'not tried' };

async function wouldBe(
  message: Message | Unmade,
  { filter, transform }: PreviewAsked,
  expressions: Expressions,
): Promise<Would> {
  if ('damage' in message) return { ...NOTHING, outcome: 'failed', error: message.damage };
  const { text } = message;
  const passed = await expressions.evaluate({ filter, transform: null, text });
  if ('error' in passed) return { ...NOTHING, outcome: 'failed', error: passed.error };
  if (passed.text === null) return { ...NOTHING, outcome: 'refused' };
  const shown = masked(Buffer.from(text));
  if (shown === null) return { ...NOTHING, outcome: 'failed', error: 'the message cannot be masked' };
  const made = await expressions.evaluate({ filter: null, transform, text: shown });
  if ('error' in made) return { ...NOTHING, outcome: 'failed', error: made.error };
  const sent = made.text ?? '';
  return {
    outcome: 'sent',
    error: null,
    sent: sent.slice(0, LONGEST_SHOWN),
    isCut: sent.length > LONGEST_SHOWN,
  };
}

/** The newest first. */
async function newestOf(
  { on, shops }: PreviewAsked,
  limit: number,
  { blocksBefore, now }: PreviewTools,
): Promise<EffectDocument[]> {
  const rule = { _id: 'preview', uid: 'preview', afterBlock: -1, on, shops };
  const found: EffectDocument[] = [];
  let before: number | null = null;
  for (let looked = 0; looked < MOST_BLOCKS && found.length < limit; looked += BLOCKS_AT_ONCE) {
    const blocks: BlockDocument[] = await blocksBefore(before, BLOCKS_AT_ONCE);
    found.push(...effectsOf(blocks.toReversed(), [rule], new Date(now())).toReversed());
    before = blocks.at(-1)?._id ?? null;
    if (before === null || blocks.length < BLOCKS_AT_ONCE) break;
  }
  return found.slice(0, limit);
}
