import path from 'node:path';
import jsonata from 'jsonata';
import { Piscina } from 'piscina';
import type { Evaluated, Question } from './evaluate.ts';

/** Evaluates the JSONata expressions of destinations. */
export interface Expressions {
  /** Never throws. */
  evaluate: (question: Question) => Promise<Evaluated>;
  close: () => Promise<void>;
}

/** A useful expression takes a millisecond. */
const LONGEST_MS = 1000;
const MEMORY_MB = 128;
export const SLOW = 'the expression did not end within 1 s';

/**
 * In worker threads, so that an expression that never ends, or takes all memory, ends only its thread. Threads start
 * with the first expression.
 */
export function createExpressions(): Expressions {
  let pool: Piscina | null = null;
  const filename = new URL(`./evaluate${path.extname(import.meta.filename)}`, import.meta.url).href;
  return {
    evaluate: async (question) => {
      if (question.filter === null && question.transform === null) return { text: question.text };
      pool ??= new Piscina({
        filename,
        name: 'evaluate',
        minThreads: 0,
        maxThreads: 2,
        idleTimeout: 30_000,
        resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
      });
      try {
        return (await pool.run(question, { signal: AbortSignal.timeout(LONGEST_MS) })) as Evaluated;
      } catch (error) {
        const isSlow = error instanceof Error && error.name === 'AbortError';
        return { error: isSlow ? SLOW : 'the expression failed' };
      }
    },
    close: async () => {
      await pool?.destroy();
    },
  };
}

/** Why an expression cannot be compiled; null: it can. */
export function expressionProblem(expression: string): string | null {
  try {
    jsonata(expression);
    return null;
  } catch (error) {
    const { message } = error as { message?: unknown };
    return typeof message === 'string' ? `not JSONata: ${message}` : 'not JSONata';
  }
}
