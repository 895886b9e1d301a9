import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Comparison, Row } from '../load-tests/compare/comparison.ts';
import { CONTENDER_NAMES } from '../load-tests/compare/names.ts';
import { sectionsOf } from '../load-tests/figures/sections.ts';
import { lifeOf } from '../testkit/deliveries/life.ts';
import { randomFrom } from '../testkit/deliveries/random.ts';
import { GENERATED } from '../testkit/documents/sections.ts';
import { FAULTS } from '../testkit/planted-faults/table.ts';
import { STATUS_CODES } from '../src/accept/answers.ts';
import { isSent, TOPICS, type Topic } from '../src/order/topics.ts';
import { STATUSES } from '../src/order/status.ts';
import { eventSchema } from '../src/persist/event-schema.ts';
import { mongo } from 'mongoose';
import { toDocument } from '../src/persist/order-document.ts';
import { loadConfig, SETTINGS, type Setting } from '../src/system/config.ts';
import { createMetrics } from '../src/system/metrics.ts';
import { PROBLEMS } from '../src/system/problems.ts';
import { redisKeys } from '../src/system/redis-keys.ts';
import { expectedOf } from './support/model.ts';
import { DOCUMENTS } from './support/texts.ts';

/** The kinds of faults in test/faults, by the names of its tests: T3, T4, ... */
function faultKinds(): string[] {
  const tests = readdirSync('test/faults').filter((name) => name.endsWith('.test.ts'));
  const named = tests.flatMap((name) => readFileSync(`test/faults/${name}`, 'utf8').match(/\bT\d+\b/g) ?? []);
  return [...new Set(named)].toSorted();
}

const { EJSON } = mongo.BSON;
const read = (file: string) => readFileSync(file, 'utf8');
const FIGURES = sectionsOf('load-tests/figures');
const map = read('src/README.md');

function section(name: string, file: string): string {
  const found = new RegExp(`<!-- ${name} -->([^]*?)<!-- /${name} -->`).exec(read(file))?.[1];
  if (found === undefined) throw new Error(`section ${name} not found in ${file}`);
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

/** Without what prettier may change in JavaScript. */
const unformatted = (text: string) => text.replaceAll(/\s/g, '').replaceAll(/,(?=[\])}])/g, '');

/** Whether everything that is shown is there; of a list, some of its items. */
function isPartOf(shown: unknown, real: unknown): boolean {
  if (Array.isArray(shown))
    return Array.isArray(real) && shown.every((each) => real.some((one) => isPartOf(each, one)));
  if (typeof shown !== 'object' || shown === null) return shown === real;
  const fields = real as Readonly<Record<string, unknown>> | null;
  return Object.entries(shown).every(([name, value]) => isPartOf(value, fields?.[name]));
}

describe('the documents are correct', () => {
  test("the settings of production.md are the code's, with their defaults and descriptions", () => {
    const defaults = loadConfig({});
    const expected = Object.entries(SETTINGS).map(([name, { about }]) => {
      const value = defaults[name as Setting];
      return [`\`${name}\``, value === undefined ? '–' : `\`${String(value)}\``, about];
    });
    expect(rows(section('settings', 'docs/production.md'))).toEqual(expected);
  });

  test("the topics of install-on-a-store.md are the code's", () => {
    const named = [...section('topics', 'docs/install-on-a-store.md').matchAll(/`([^`]+)`/g)].map(
      ([, topic]) => topic,
    );
    const sent = (Object.keys(TOPICS) as Topic[]).filter(isSent);
    expect(named).toEqual(sent.toSorted());
  });

  test("the answers of install-on-a-store.md are the code's", () => {
    const told = rows(section('answers', 'docs/install-on-a-store.md')).map(([outcome, status]) => [
      outcome,
      Number(status),
    ]);
    expect(told).toEqual(Object.entries(STATUS_CODES).map(([outcome, status]) => [`\`${outcome}\``, status]));
  });

  test("the problem codes of operate.md are the code's", () => {
    expect(rows(section('problems', 'docs/operate.md'))).toEqual(
      Object.entries(PROBLEMS).map(([code, { status, about }]) => [`\`${code}\``, String(status), about]),
    );
  });

  test("the metrics of operate.md are the code's, except Node's own", async () => {
    const own = (await createMetrics().registry.getMetricsAsJSON()).filter(({ name }) =>
      name.startsWith('lockstep_'),
    );
    expect(rows(section('metrics', 'docs/operate.md'))).toEqual(
      own.map(({ name, help }) => [`\`${name}\``, help]),
    );
  });

  test('the table of faults in promises.md has every kind, each reached, and zeros for the promises', () => {
    const told = rows(section('faults', 'docs/promises.md'));
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
    const told = section(name, file);
    expect(rows(told)).toEqual(rows(figures));
    const words = (text: string) =>
      text
        .replace(/^\|.*$/gm, '')
        .split(/\s+/)
        .filter(Boolean);
    expect(words(told)).toEqual(words(figures));
  });

  test('every contender took part in the comparison, and Lockstep made no errors', () => {
    const { rows: made, bodies } = JSON.parse(
      readFileSync('load-tests/figures/comparison.json', 'utf8'),
    ) as Comparison;
    const faultsOf = (row: Row) => row.wrong + row.lost + row.twice + row.inversions + row.refused;
    expect(new Set(made.map(({ contender }) => contender))).toEqual(new Set<string>(CONTENDER_NAMES));
    expect(made.filter(({ contender }) => contender === 'Lockstep').map(faultsOf)).toEqual([0, 0, 0]);
    expect(bodies.map((row) => [row.setting, faultsOf(row)])).toEqual([
      ['full', 0],
      ['masked', 0],
      ['none', 0],
    ]);
  });

  test("the number of planted faults in promises.md is the table's", () => {
    expect(read('docs/promises.md')).toContain(`makes ${FAULTS.length} small changes`);
  });

  test('how-it-works.md names every status of an order', () => {
    const text = read('docs/how-it-works.md');
    for (const status of STATUSES) expect(text).toContain(`\`${status}\``);
  });

  test('every command that a document shows is a script of package.json', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const shown = DOCUMENTS.flatMap((file) =>
      [...read(file).matchAll(/npm (?:run )?([a-z:-]+)/g)].map(([, name = '']) => name),
    );
    const unknown = shown.filter((name) => !['to', 'install', 'ci'].includes(name) && !(name in scripts));
    expect(shown.length).toBeGreaterThan(10);
    expect(unknown).toEqual([]);
  });

  test("README's order is what the webhooks that it sends make", () => {
    const life = lifeOf(randomFrom(1001), 'example.myshopify.com', 1001, new Date('2026-11-26T14:29:44Z'));
    const { key, order } = expectedOf(life);
    const version = Number(/version (\d+)/.exec(read('README.md'))?.[1]);
    const shown: unknown = JSON.parse(/```json([^]*?)```/.exec(section('document', 'README.md'))?.[1] ?? '');
    const stored: unknown = EJSON.serialize(toDocument(key, { ...order, version }, 0));
    expect(isPartOf(shown, stored)).toBe(true);
    expect(read('README.md')).toContain(`each of its ${life.length} webhooks`);
  });

  test("data.md's collections are the code's", () => {
    const told = rows(section('collections', 'docs/data.md')).map(([name]) => name);
    const schemas = readdirSync('src/persist').filter((name) => name.endsWith('-schema.ts'));
    const names = schemas.map((name) => /collection: '(\w+)'/.exec(read(`src/persist/${name}`))?.[1]);
    expect(new Set(told)).toEqual(new Set(names.map((name) => `\`${name}\``)));
  });

  test('data.md has the fields of events', () => {
    const told = rows(section('events', 'docs/data.md')).flatMap(([fields = '']) => fields.split(' '));
    expect(told.toSorted()).toEqual(
      Object.keys(eventSchema.paths)
        .map((field) => `\`${field}\``)
        .toSorted(),
    );
  });

  test("data.md's generated tables are made from the shapes: `npm run docs` writes them again", () => {
    for (const [name, make] of Object.entries(GENERATED))
      expect(rows(section(name, 'docs/data.md'))).toEqual(rows(make()));
    expect(unformatted(section('questions', 'docs/data.md'))).toBe(
      unformatted(GENERATED.questions?.() ?? ''),
    );
    const names = rows(section('orders', 'docs/data.md')).map(([name = '']) => name);
    expect(names).toEqual(
      expect.arrayContaining(['`totalPrice`', '`lines.sku`', '`refunds.lines.subtotal`']),
    );
  });

  test("data.md's Redis keys are the code's", () => {
    const told = rows(section('redis-keys', 'docs/data.md')).map(([key = '']) =>
      key.replaceAll(/`|<\w+>/g, '').replace('{p}', '{0}'),
    );
    const { partition: _, claims: __, queuePrefix: ___, shopLock, laneLock, ...keys } = redisKeys(0);
    const names = Object.values(keys).map((each) => (typeof each === 'string' ? each : each('' as never)));
    expect(told.toSorted()).toEqual([...names, shopLock('' as never, ''), laneLock('', '')].toSorted());
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

  test('src exports the name that the glossary gives for each word', () => {
    const sources = globSync('src/**/*.ts').map(read);
    const terms = rows(/^## Words([^]*?)^## /m.exec(map)?.[1] ?? '').map(
      (cells) => cells[2]?.slice(1, -1) ?? '',
    );
    expect(terms.length).toBeGreaterThan(20);
    const exported = (name: string) =>
      new RegExp(`^export (?:async )?(?:class|const|function|interface|type) ${name}\\b`, 'm');
    expect(terms.filter((name) => !sources.some((source) => exported(name).test(source)))).toEqual([]);
  });
});
