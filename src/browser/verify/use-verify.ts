import { useCallback, useEffect, useRef, useState } from 'react';
import type { VerifiedPage } from '../../operate/shapes/verify.ts';
import { ask, ApiProblem } from '../client/api.ts';

export type WrongOrder = VerifiedPage['wrong'][number];

export type WrongEffect = VerifiedPage['effects']['wrong'][number];

/** The progress and findings of a verification. */
export interface Verification {
  state: 'new' | 'running' | 'stopped' | 'done' | 'failed';
  orders: number;
  events: number;
  moving: number;
  tooOld: number;
  tooLarge: number;
  wrong: WrongOrder[];
  effects: VerifiedPage['effects'];
  problem: ApiProblem | null;
  endedAt: Date | null;
}

const NEW: Verification = {
  state: 'new',
  orders: 0,
  events: 0,
  moving: 0,
  tooOld: 0,
  tooLarge: 0,
  wrong: [],
  effects: { checked: 0, missing: 0, twice: 0, outOfSequence: 0, stuck: 0, wrong: [] },
  problem: null,
  endedAt: null,
};

/** One order of a page may take half a minute. */
const PAGE_MS = 60_000;

/** Verifies page after page, until it is stopped or the page is closed. */
export function useVerify() {
  const [found, setFound] = useState(NEW);
  /** The current run; a new number ends the one before. */
  const wanted = useRef(0);
  const stop = useCallback(() => {
    wanted.current += 1;
    setFound((now) => (now.state === 'running' ? { ...now, state: 'stopped', endedAt: new Date() } : now));
  }, []);
  useEffect(
    () => () => {
      wanted.current += 1;
    },
    [],
  );
  const start = useCallback(async () => {
    const run = (wanted.current += 1);
    const tell = (next: (now: Verification) => Verification) => {
      if (wanted.current === run) setFound(next);
    };
    tell(() => ({ ...NEW, state: 'running' }));
    try {
      let cursor: string | null | undefined;
      while (cursor !== null && wanted.current === run) {
        const page: VerifiedPage = await ask('/verify', { cursor }, PAGE_MS);
        tell((now) => added(now, page));
        ({ cursor } = page);
      }
      tell((now) => ({ ...now, state: 'done', endedAt: new Date() }));
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem(0, String(error));
      tell((now) => ({ ...now, state: 'failed', problem, endedAt: new Date() }));
    }
  }, []);
  return { found, start, stop };
}

function added(now: Verification, page: VerifiedPage): Verification {
  return {
    ...now,
    orders: now.orders + page.orders,
    events: now.events + page.events,
    moving: now.moving + page.moving,
    tooOld: now.tooOld + page.tooOld,
    tooLarge: now.tooLarge + page.tooLarge,
    wrong: [...now.wrong, ...page.wrong],
    effects: addedEffects(now.effects, page.effects),
  };
}

function addedEffects(a: Verification['effects'], b: Verification['effects']): Verification['effects'] {
  return {
    checked: a.checked + b.checked,
    missing: a.missing + b.missing,
    twice: a.twice + b.twice,
    outOfSequence: a.outOfSequence + b.outOfSequence,
    stuck: a.stuck + b.stuck,
    wrong: [...a.wrong, ...b.wrong],
  };
}
