import { useEffect, useRef, useState } from 'react';
import { ApiProblem } from './api-problem.ts';

/** How far a question with many parts was answered. */
interface Asked {
  state: 'new' | 'running' | 'stopped' | 'done' | 'failed';
  problem: ApiProblem | null;
  endedAt: Date | null;
}

/** What is known so far, from all parts. */
export type Found<Sum> = Sum & Asked;

interface Parts<Sum, Part> {
  /** The sum of no parts. */
  empty: Sum;
  /** @param next what the part before it said; null: the first one is asked for */
  ask: (next: string | null) => Promise<Part>;
  add: (sum: Sum, part: Part) => Sum;
  /** Null: this is the last part. */
  nextOf: (part: Part) => string | null;
  /** Whether no further part is wanted. */
  isEnough?: (sum: Sum) => boolean;
}

const NEW: Asked = { state: 'new', problem: null, endedAt: null };

/** Asks for part after part, and adds them up, until the last one, until it is stopped, or until the page is closed. */
export function useParts<Sum extends object, Part>({
  empty,
  ask,
  add,
  nextOf,
  isEnough = () => false,
}: Parts<Sum, Part>) {
  const [found, setFound] = useState<Found<Sum>>({ ...empty, ...NEW });
  /** The current run; a new number ends the one before. */
  const wanted = useRef(0);
  const end = () => {
    wanted.current += 1;
  };
  useEffect(() => end, []);
  const stop = () => {
    end();
    setFound((now) => ({ ...now, state: 'stopped', endedAt: new Date() }));
  };
  const start = async () => {
    const run = (wanted.current += 1);
    const show = (sum: Sum, asked: Partial<Asked>) => {
      if (wanted.current === run) setFound({ ...sum, ...NEW, ...asked });
    };
    let sum = empty;
    let next: string | null = null;
    try {
      do {
        show(sum, { state: 'running' });
        const part: Part = await ask(next);
        sum = add(sum, part);
        next = nextOf(part);
      } while (next !== null && wanted.current === run && !isEnough(sum));
      show(sum, { state: next === null ? 'done' : 'stopped', endedAt: new Date() });
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem(0, String(error));
      show(sum, { state: 'failed', problem, endedAt: new Date() });
    }
  };
  return { found, start, stop };
}
