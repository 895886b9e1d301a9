import type { VerifiedPage } from '../../operate/shapes/verify.ts';
import { ask } from '../client/api.ts';
import { useParts, type Found } from '../client/use-parts.ts';

export type WrongOrder = VerifiedPage['wrong'][number];

export type WrongEffect = VerifiedPage['effects']['wrong'][number];

type Verified = Pick<
  VerifiedPage,
  'orders' | 'events' | 'moving' | 'tooOld' | 'tooLarge' | 'wrong' | 'effects'
>;

/** The progress and findings of a verification. */
export type Verification = Found<Verified>;

const NOTHING: Verified = {
  orders: 0,
  events: 0,
  moving: 0,
  tooOld: 0,
  tooLarge: 0,
  wrong: [],
  effects: { checked: 0, missing: 0, twice: 0, outOfSequence: 0, stuck: 0, wrong: [] },
};

/** One order of a page may take half a minute. */
const PAGE_MS = 60_000;

/** Verifies page after page, until it is stopped or the page is closed. */
export function useVerify() {
  return useParts<Verified, VerifiedPage>({
    empty: NOTHING,
    ask: (cursor) => ask('/verify', { cursor }, PAGE_MS),
    add: added,
    nextOf: ({ cursor }) => cursor,
  });
}

function added(now: Verified, page: VerifiedPage): Verified {
  return {
    orders: now.orders + page.orders,
    events: now.events + page.events,
    moving: now.moving + page.moving,
    tooOld: now.tooOld + page.tooOld,
    tooLarge: now.tooLarge + page.tooLarge,
    wrong: [...now.wrong, ...page.wrong],
    effects: addedEffects(now.effects, page.effects),
  };
}

function addedEffects(a: Verified['effects'], b: Verified['effects']): Verified['effects'] {
  return {
    checked: a.checked + b.checked,
    missing: a.missing + b.missing,
    twice: a.twice + b.twice,
    outOfSequence: a.outOfSequence + b.outOfSequence,
    stuck: a.stuck + b.stuck,
    wrong: [...a.wrong, ...b.wrong],
  };
}
