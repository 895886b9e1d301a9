import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { FieldsOf, SubfieldsOf } from '../../src/persist/fields-of.ts';

interface Shown {
  _id: string;
  name?: string;
}

/**
 * Definitions of schemas in a source, and those of them that the compiler compares with their document. The orders'
 * schema and the type of their documents are made from one shape.
 */
const counted = (source: string) => ({
  schemas: source.match(/\bnew (?:mongoose\.)?Schema\b/g)?.length ?? 0,
  held: source.match(/\bsatisfies FieldsOf<\w+Document>|\bdefinitionOf\(ORDER_FIELDS\)/g)?.length ?? 0,
});

describe('schemas', () => {
  test('the compiler notices a field that only the schema or only its documents have', () => {
    const planted = [
      { _id: String, name: String } satisfies FieldsOf<Shown>,
      // @ts-expect-error: the schema lacks a field: it must have optional ones, too
      { _id: String } satisfies FieldsOf<Shown>,
      // @ts-expect-error: documents lack a field
      { _id: String, name: String, other: String } satisfies FieldsOf<Shown>,
      { _id: false, name: String } satisfies SubfieldsOf<Omit<Shown, '_id'>>,
      // @ts-expect-error: mongoose would add an _id
      { name: String } satisfies SubfieldsOf<Omit<Shown, '_id'>>,
    ];
    // The lines above are the test: one that does not compile, or compiles though an error is expected, fails `tsc`.
    expect(planted).toHaveLength(5);
  });

  test('a schema that is not compared with its documents is found', () => {
    expect(counted(`new Schema({ _id: String } satisfies FieldsOf<ShopDocument>, {})`)).toEqual({
      schemas: 1,
      held: 1,
    });
    expect(counted(`new Schema({ _id: String }, {})`)).toEqual({ schemas: 1, held: 0 });
  });

  test('the compiler compares every schema with its documents', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const found = files
      .map((file) => ({ file, ...counted(readFileSync(path.join('src', file), 'utf8')) }))
      .filter(({ schemas }) => schemas > 0);
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ schemas, held }) => schemas !== held)).toEqual([]);
  });
});
