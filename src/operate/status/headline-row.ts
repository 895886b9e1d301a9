import type { SystemStatus } from '../shapes/system.ts';

export type StatusFigures = Omit<SystemStatus, 'sentence' | 'level' | 'link' | 'runbook'>;

/** A problem that the headline may report. */
export interface HeadlineRow {
  level: 'look' | 'act';
  /** The problem in words; null: there is none. */
  says: (figures: StatusFigures) => string | null;
  /** The page of the dashboard about it. */
  link: (figures: StatusFigures) => string;
  /** The heading in docs/runbook.md that says what to do; null: the page does. */
  runbook: string | null;
}
