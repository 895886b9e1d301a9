import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Comparison, Row } from '../load-tests/compare/comparison.ts';
import { CONTENDER_NAMES } from '../load-tests/compare/names.ts';
import { sectionsOf } from '../load-tests/figures/sections.ts';
import { FAULTS } from '../scripts/planted-faults/table.ts';
import { STATUS_CODES } from '../src/accept/answers.ts';
import { isSent, TOPICS, type Topic } from '../src/order/topics.ts';
import { STATUSES } from '../src/order/status.ts';
import { loadConfig, SETTINGS, type Setting } from '../src/system/config.ts';
import { createMetrics } from '../src/system/metrics.ts';

/** The kinds of faults in test/faults, by the names of its tests: T3, T4, ... */
function faultKinds(): string[] {
  const tests = readdirSync('test/faults').filter((name) => name.endsWith('.test.ts'));
  const named = tests.flatMap((name) => readFileSync(`test/faults/${name}`, 'utf8').match(/\bT\d+\b/g) ?? []);
  return [...new Set(named)].toSorted();
}

const readme = readFileSync('README.md', 'utf8');
const FIGURES = sectionsOf('load-tests/figures');
const map = readFileSync('src/README.md', 'utf8');

function section(name: string, text = readme): string {
  const found = new RegExp(`<!-- ${name} -->([^]*?)<!-- /${name} -->`).exec(text)?.[1];
  if (found === undefined) throw new Error(`section ${name} not found`);
  return found;
}

/** The cells of a Markdown table's rows, without its head. */
function rows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the documents are correct', () => {
  test("README's settings are the code's, with their defaults and descriptions", () => {
    const defaults = loadConfig({});
    const expected = Object.entries(SETTINGS).map(([name, { about }]) => {
      const value = defaults[name as Setting];
      return [`\`${name}\``, value === undefined ? '–' : `\`${String(value)}\``, about];
    });
    expect(rows(section('settings'))).toEqual(expected);
  });

  test("README's topics are the code's", () => {
    const named = [...section('topics').matchAll(/`([^`]+)`/g)].map(([, topic]) => topic);
    const sent = (Object.keys(TOPICS) as Topic[]).filter(isSent);
    expect(named).toEqual(sent.toSorted());
  });

  test("README's answers are the code's", () => {
    const told = rows(section('answers')).map(([outcome, status]) => [outcome, Number(status)]);
    expect(told).toEqual(Object.entries(STATUS_CODES).map(([outcome, status]) => [`\`${outcome}\``, status]));
  });

  test("README's metrics are the code's, except Node's own", async () => {
    const own = (await createMetrics().registry.getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('lockstep_'),
    );
    expect(rows(section('metrics'))).toEqual(own.map(({ name, help }) => [`\`${name}\``, help]));
  });

  test("README's table of faults has every kind, each reached, and zeros for the promises", () => {
    const told = rows(section('faults'));
    const kinds = new Set(told.flatMap(([fault = '']) => /^T\d+/.exec(fault)?.[0] ?? []));
    expect([...kinds].toSorted()).toEqual(faultKinds());
    for (const [, runs, reached, , , ...zeros] of told) {
      expect(Number(reached)).toBeGreaterThanOrEqual(Number(runs));
      expect(zeros.slice(0, 4)).toEqual(['0', '0', '0', '0']);
    }
  });

  test.each(
    Object.entries(FIGURES).flatMap(([file, sections]) =>
      Object.entries(sections).map(([name, figures]) => [file, name, figures] as const),
    ),
  )('%s quotes its figures (%s) as the run in load-tests/figures left them', (file, name, figures) => {
    const told = section(name, readFileSync(file, 'utf8'));
    expect(rows(told)).toEqual(rows(figures));
    const words = (text: string) =>
      text
        .replace(/^\|.*$/gm, '')
        .split(/\s+/)
        .filter(Boolean);
    expect(words(told)).toEqual(words(figures));
  });

  test('every contender took part in the comparison, and only Lockstep made no errors', () => {
    const { rows: made } = JSON.parse(
      readFileSync('load-tests/figures/comparison.json', 'utf8'),
    ) as Comparison;
    const faultsOf = (row: Row) => row.wrong + row.lost + row.twice + row.inversions + row.refused;
    expect(new Set(made.map(({ contender }) => contender))).toEqual(new Set<string>(CONTENDER_NAMES));
    expect(made.filter(({ contender }) => contender === 'Lockstep').map(faultsOf)).toEqual([0, 0, 0, 0]);
  });

  test("README's number of planted faults is the table's", () => {
    expect(readme).toContain(`makes ${FAULTS.length} small changes`);
  });

  test('README names every status of an order', () => {
    for (const status of STATUSES) expect(readme).toContain(`\`${status}\``);
  });

  test('every command that README shows is a script of package.json', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const shown = [...readme.matchAll(/npm (?:run )?([a-z:-]+)/g)].map(([, name = '']) => name);
    const unknown = shown.filter((name) => !['to', 'install'].includes(name) && !(name in scripts));
    expect(shown.length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  test('the map is short, and every file that it names exists', () => {
    expect(map.split('\n').length).toBeLessThanOrEqual(150);
    const tree = /```text([^]*?)```/.exec(map)?.[1] ?? '';
    let folder = '';
    const named = tree.split('\n').flatMap((line) => {
      folder = /^([a-z]+\/)/.exec(line)?.[1] ?? (line.startsWith(' ') ? folder : '');
      return [...line.matchAll(/([a-z/-]+\.ts)/g)].map(([, file = '']) => `src/${folder}${file}`);
    });
    expect(named.length).toBeGreaterThan(30);
    for (const file of named) expect(readFileSync(file, 'utf8')).not.toBe('');
  });
});
