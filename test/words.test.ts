import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

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

const FOLDERS = ['src', 'scripts', 'load-tests', 'test'];
const texts = [
  ...FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  ).filter((file) => /\.(ts|tsx|mjs|md)$/.test(file) && file !== path.join('test', 'words.test.ts')),
  ...['README.md', 'CHANGELOG.md', 'Dockerfile', 'docker-compose.yml', '.ci/run'],
];

describe('plain English', () => {
  test('there are texts to read', () => {
    expect(texts.length).toBeGreaterThan(800);
  });

  test.each(RETIRED)('nothing says "$was"', ({ word, was, instead }) => {
    expect(was).toMatch(word);
    const found = texts.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, i) => (word.test(line) ? [`${file}:${i + 1}: ${line.trim()} (${instead})`] : [])),
    );
    expect(found).toEqual([]);
  });
});
