import type { ComparedPart } from '../../operate/shapes/comparisons.ts';
import { tell } from '../client/api.ts';
import { useParts, type Found } from '../client/use-parts.ts';

export type Difference = ComparedPart['differences'][number];

type Compared = Omit<ComparedPart, 'next'>;

/** The progress and findings of a comparison. */
export type Comparison = Found<Compared>;

const NOTHING: Compared = { compared: 0, onItsWay: 0, unchecked: 0, differences: [] };

/** The server reads a part for up to 130 s: the other side may be slow. */
const PART_MS = 140_000;
/** A longer list is of no use on a page. The command line lists up to 100,000. */
const MOST_DIFFERENCES = 2000;

/** Compares part after part, until it is stopped, the page is closed, or there are too many differences. */
export function useComparison(place: string) {
  return useParts<Compared, ComparedPart>({
    empty: NOTHING,
    ask: (next) => tell(place, { next }, { ms: PART_MS }),
    add: added,
    nextOf: ({ next }) => next,
    isEnough: ({ differences }) => differences.length >= MOST_DIFFERENCES,
  });
}

function added(now: Compared, part: ComparedPart): Compared {
  return {
    compared: now.compared + part.compared,
    onItsWay: now.onItsWay + part.onItsWay,
    unchecked: now.unchecked + part.unchecked,
    differences: [...now.differences, ...part.differences],
  };
}
