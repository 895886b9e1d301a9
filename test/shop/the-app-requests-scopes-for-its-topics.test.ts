import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { TOPICS } from '../../src/order/topics.ts';
import { ALL_SCOPES, API_VERSION } from '../../src/shop/shopify.ts';

const TOML = readFileSync('src/shop/shopify.app.toml', 'utf8');
/** Shopify's own table of the scopes that a topic needs. */
const FIXTURE = '../shared/fixtures/topics-2026-07.json';
const COMPLIANCE = ['customers/data_request', 'customers/redact', 'shop/redact'];
/** Topics from reconciliation, not from Shopify. */
const OWN = ['reconcile/order', 'reconcile/delete'];

const listOf = (name: string): string[] =>
  [...TOML.matchAll(new RegExp(`^${name} = \\[([^\\]]*)\\]`, 'gm'))].flatMap(([, list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, topic = '']) => topic),
  );
const scopes = /^scopes = "([^"]+)"/m.exec(TOML)?.[1] ?? '';

describe('shopify.app.toml', () => {
  test('subscribes once to every topic that is handled, and to the compliance topics', () => {
    const handled = Object.keys(TOPICS).filter((topic) => !OWN.includes(topic));
    expect(listOf('topics').toSorted()).toEqual(
      [...handled, 'app/uninstalled', 'app/scopes_update'].toSorted(),
    );
    expect(listOf('compliance_topics').toSorted()).toEqual(COMPLIANCE);
  });

  test('has the same version and scopes as the code', () => {
    expect(/^api_version = "([^"]+)"/m.exec(TOML)?.[1]).toBe(API_VERSION);
    expect(scopes.split(',')).toEqual(ALL_SCOPES);
  });

  const given = existsSync(FIXTURE);
  (given ? test : test.skip)('requests a scope for every topic, and no others', () => {
    const rows = JSON.parse(readFileSync(FIXTURE, 'utf8')) as {
      topic: string;
      read_scopes_any_of: string[];
    }[];
    const asked = scopes.split(',');
    const used = new Set<string>();
    for (const topic of listOf('topics')) {
      const needs = rows.find((row) => row.topic === topic)?.read_scopes_any_of ?? [];
      const have = needs.filter((scope) => asked.includes(scope));
      expect({ topic, covered: needs.length === 0 || have.length > 0 }).toEqual({ topic, covered: true });
      for (const scope of have) used.add(scope);
    }
    expect([...used].toSorted()).toEqual(asked.toSorted());
  });
});
