import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DOCUMENTS, placesOf, projectTexts } from './support/texts.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const lengthOf = (file: string) => read(file).trimEnd().split('\n').length;

/** Text without code, in which brackets are not links. */
const prose = (text: string) => text.replaceAll(/^ *```[^]*?^ *```/gm, '').replaceAll(/`[^`\n]*`/g, '');
const headingsOf = (text: string) =>
  [...text.replaceAll(/^ *```[^]*?^ *```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);

/** The anchor that GitHub makes from a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

function linksOf(file: string): string[] {
  const targets = [...prose(read(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Null if the link leads somewhere. */
function problemOf(file: string, link: string): string | null {
  const [target = '', anchor] = link.split('#');
  const place = target === '' ? file : path.join(path.dirname(file), target);
  if (!existsSync(place)) return `${file}: ${link}: no such file`;
  if (anchor === undefined || headingsOf(read(place)).some((heading) => anchorOf(heading) === anchor))
    return null;
  return `${file}: ${link}: no such heading`;
}

/** Documents that are not in the repository were cited like this. */
const CITATIONS: readonly [pattern: RegExp, sample: string][] = [
  [/\bdesign \d/i, 'see design 2.4'],
  [/\bfacts \d/i, 'facts 3.1'],
  [/\bissue #?\d/i, 'issue 12'],
  [/['" (]S\d+:/, "describe('S8: a time in the future"],
];

describe('the documents fit together', () => {
  test('README has at most 150 lines, and says what Lockstep is not', () => {
    expect(lengthOf('README.md')).toBeLessThanOrEqual(150);
    expect(headingsOf(read('README.md'))).toContain('What it is not');
  });

  test.each(DOCUMENTS)('every relative link in %s leads to a file, and its anchor to a heading', (file) => {
    const problems = linksOf(file).flatMap((link) => problemOf(file, link) ?? []);
    expect(problems).toEqual([]);
  });

  test('a link that leads nowhere is found', () => {
    expect(linksOf('README.md').length).toBeGreaterThan(10);
    expect(problemOf('docs/README.md', 'no-such.md')).toContain('no such file');
    expect(problemOf('docs/README.md', 'runbook.md#no-such-heading')).toContain('no such heading');
    expect(problemOf('docs/README.md', 'runbook.md#redis-is-down')).toBeNull();
  });

  const decisions = readdirSync('docs/decisions').filter((name) => /^\d{4}-/.test(name));

  test.each(decisions)('decision %s has four parts and at most 60 lines', (name) => {
    const file = `docs/decisions/${name}`;
    expect(lengthOf(file)).toBeLessThanOrEqual(60);
    const [title, ...parts] = headingsOf(read(file));
    expect(title).toMatch(new RegExp(`^${Number(name.slice(0, 4))}\\. `));
    expect(parts).toEqual(['Context', 'Decision', 'What was measured', 'Consequences']);
  });

  test('decisions are numbered without a gap', () => {
    expect(decisions.map((name) => Number(name.slice(0, 4)))).toEqual(decisions.map((_, i) => i + 1));
  });

  test.each(['docs', 'docs/decisions'])('the index of %s names every document in it', (folder) => {
    const there = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
    const named = linksOf(`${folder}/README.md`);
    expect(there.filter((name) => !named.includes(name))).toEqual([]);
  });

  test.each(CITATIONS)('nothing cites a document that is not in the repository (%s)', (pattern, sample) => {
    expect(sample).toMatch(pattern);
    expect(placesOf(pattern, projectTexts('test/documents-agree.test.ts'))).toEqual([]);
  });
});
