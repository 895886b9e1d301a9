import { useEffect, useRef, useState } from 'react';
import type { ComparedPart } from '../../operate/shapes/comparisons.ts';
import { tell } from '../client/api.ts';

export type Difference = ComparedPart['differences'][number];

/** The progress and findings of a comparison. */
export interface Comparison extends Omit<ComparedPart, 'next'> {
  state: 'new' | 'running' | 'stopped' | 'done' | 'failed';
  /** Why it failed. */
  said: string | null;
}

const NEW: Comparison = {
  state: 'new',
  compared: 0,
  onItsWay: 0,
  unchecked: 0,
  differences: [],
  said: null,
};

/** The server reads a part for up to 130 s: the other side may be slow. */
const PART_MS = 140_000;
/** More are no reading matter: the command line lists up to 100,000. */
const MOST_DIFFERENCES = 2000;

/** Compares part after part, until it is stopped, the page is closed, or there are too many differences. */
export function useComparison(place: string) {
  const [found, setFound] = useState(NEW);
  /** The current run; a new number ends the one before. */
  const wanted = useRef(0);
  const end = () => {
    wanted.current += 1;
  };
  useEffect(() => end, []);
  const stop = () => {
    end();
    setFound((now) => ({ ...now, state: 'stopped' }));
  };
  const start = async () => {
    const run = (wanted.current += 1);
    let all: Comparison = { ...NEW, state: 'running' };
    const show = (next: Comparison) => {
      all = next;
      if (wanted.current === run) setFound(next);
    };
    show(all);
    try {
      let next: string | null = null;
      do {
        const part: ComparedPart = await tell<ComparedPart>(place, { next }, { ms: PART_MS });
        show(added(all, part));
        ({ next } = part);
      } while (next !== null && wanted.current === run && all.differences.length < MOST_DIFFERENCES);
      show({ ...all, state: next === null ? 'done' : 'stopped' });
    } catch (error) {
      show({ ...all, state: 'failed', said: error instanceof Error ? error.message : String(error) });
    }
  };
  return { found, start, stop };
}

function added(now: Comparison, part: ComparedPart): Comparison {
  return {
    ...now,
    compared: now.compared + part.compared,
    onItsWay: now.onItsWay + part.onItsWay,
    unchecked: now.unchecked + part.unchecked,
    differences: [...now.differences, ...part.differences],
  };
}
