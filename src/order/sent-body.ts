import type { Known } from './known.ts';

/** What is stored of whole-order bodies (ORDER_BODY): everything, or everything but personal data. */
export type Kept = 'full' | 'masked';

/** A whole-order body as it is stored. The rules look only at its keys and at the ids of its items. */
export interface SentBody {
  body: Known;
  kept: Kept;
  /** The size of the JSON that it was read from. */
  bytes: number;
}
