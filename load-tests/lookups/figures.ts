import type { LocalMachine } from '../../testkit/local/machine.ts';
import type { Question } from './questions.ts';
import type { Amounts } from './seed.ts';

/** How long the answer to a question took. */
export interface Asked extends Question {
  medianMs: number;
  slowestMs: number;
  bytes: number;
}

/** A run. */
export interface Lookups {
  startedAt: string;
  machine: LocalMachine;
  amounts: Amounts & { events: number; waiting: number };
  asked: Asked[];
}
