import { describe, expect, test } from '@jest/globals';
import { placesOf, projectTexts } from './support/texts.ts';

/** Phrases of the project's former English, and what to write instead. */
const RETIRED: readonly (readonly [RegExp, string])[] = [
  [/\b(?!there is no\b)\w+ is no (?!longer\b|more\b)[a-z]/i, 'is not a …, invalid …'],
  [/\bwhoever\b/i, 'its holder, anyone who'],
  [/\banew\b/i, 'again'],
  [/\b(some|any|every)body\b/i, 'an operator, anyone, everyone, the passive'],
  [/\bwhat became of\b/i, 'what happened to'],
  [/\bheld against\b/i, 'compared with'],
  [/\bput right\b/i, 'repair'],
  [/\bgoes on\b/i, 'continues'],
  [/\bthe begin\b/i, 'the start'],
  [/\bdies the process\b/i, 'if the process dies'],
  [/\bman[iy]-?e?th\b/i, 'the number of'],
];

const texts = projectTexts('test/words.test.ts');

describe('plain English', () => {
  test('there are texts to read', () => {
    expect(texts.length).toBeGreaterThan(800);
  });

  test.each(RETIRED)('%s is retired: write "%s"', (retired, instead) => {
    expect(placesOf(retired, texts).map((place) => `${place} (${instead})`)).toEqual([]);
  });

  test('every pattern matches an example of its phrase', () => {
    const examples = [
      'X is' + ' no token',
      'who' + 'ever holds it',
      'a' + 'new',
      'some' + 'body resumes it',
      'what became' + ' of it',
      'held' + ' against its journal',
      'orders put' + ' right',
      'its work goes' + ' on',
      'since the' + ' begin',
      'Dies' + ' the process in between',
      'the how-' + 'manieth event',
    ];
    expect(RETIRED.map(([retired], i) => retired.test(examples[i] ?? ''))).toEqual(RETIRED.map(() => true));
  });
});
