import { describe, expect, test } from '@jest/globals';
import { placesOf, projectTexts } from './support/texts.ts';

/** Words of the project's former English, a sentence that had each, and what to write instead. */
const RETIRED: readonly { word: RegExp; was: string; instead: string }[] = [
  {
    word: /\b(?!there is no\b)\w+ is no (?!longer\b|more\b)[a-z]/i,
    was: 'X is no token',
    instead: 'is not a token, invalid token',
  },
  { word: /\bwhoever\b/i, was: 'whoever holds it', instead: 'its holder, anyone who' },
  { word: /\banew\b/i, was: 'it is begun anew', instead: 'again' },
  { word: /\bsomebody\b/i, was: 'until somebody resumes it', instead: 'an operator, a person, the passive' },
  { word: /\bwhat became of\b/i, was: 'what became of it', instead: 'what happened to' },
  { word: /\bheld against\b/i, was: 'held against its journal', instead: 'compared with' },
  { word: /\bthe begin\b/i, was: 'since the begin', instead: 'the start' },
  { word: /\bdies the process\b/i, was: 'Dies the process in between', instead: 'if the process dies' },
  { word: /\bmany-th|how-manieth\b/i, was: 'the how-manieth event', instead: 'the number of' },
];

const texts = projectTexts('test/words.test.ts');

describe('plain English', () => {
  test('there are texts to read', () => {
    expect(texts.length).toBeGreaterThan(800);
  });

  test.each(RETIRED)('nothing says "$was"', ({ word, was, instead }) => {
    expect(was).toMatch(word);
    expect(placesOf(word, texts).map((place) => `${place} (${instead})`)).toEqual([]);
  });
});
