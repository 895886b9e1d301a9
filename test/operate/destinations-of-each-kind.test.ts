import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { DestinationDocument } from '../../src/persist/destination-schema.ts';
import { createCipher } from '../../src/system/cipher.ts';
import { SETTINGS } from '../../src/operate/shapes/destination-settings.ts';
import { destinationPut, type DestinationPut } from '../../src/operate/shapes/destinations.ts';
import { putDestination, type DestinationTools } from '../../src/operate/steering/destinations.ts';
import { openSecrets, sealSecrets } from '../../src/publish/secrets.ts';

const KINDS_WITH_SETTINGS = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
const cipher = createCipher(`test:${'0'.repeat(64)}`);
const guide = readFileSync('docs/sinks.md', 'utf8');
/** The bodies of PUT that docs/sinks.md shows. */
const examples = [...guide.matchAll(/```json\n([\s\S]+?)```/g)].map(
  ([, text = '']) => JSON.parse(text) as { kind: string; settings: object; credentials?: string | null },
);
const exampleOf = (kind: string) => examples.find((each) => each.kind === kind)!;
const HTTP = { kind: 'http', url: 'https://erp.example.com/hook', reason: 'the ERP' };

/** An API over one destination in memory. */
class Destinations {
  stored: DestinationDocument | null = null;
  readonly tools = {
    store: {
      one: () => Promise.resolve(this.stored),
      put: (name: string, fields: object) => {
        this.stored = {
          _id: name,
          createdAt: new Date(),
          changedAt: new Date(),
          ...fields,
        } as DestinationDocument;
        return Promise.resolve(this.stored);
      },
    },
    effects: {},
    backlog: {
      figures: {
        counts: () => Promise.resolve({ waiting: 0, failing: 0, inDoubt: 0, parked: 0, oldestAt: null }),
        orders: () => Promise.resolve(0),
        oldest: () => Promise.resolve(null),
        behind: () => Promise.resolve(0),
        errors: () => Promise.resolve([]),
      },
      signs: () => Promise.resolve(null),
      problems: () => Promise.resolve(null),
      now: Date.now,
    },
    secrets: {
      problem: () => null,
      make: () => 'whsec_made',
      seal: (name: string, secrets: readonly string[]) => sealSecrets(name, secrets, cipher),
    },
    expressionProblem: () => null,
    now: Date.now,
  } as unknown as DestinationTools;

  put(body: object) {
    return putDestination('mine', destinationPut.parse(body), this.tools);
  }

  get credentials(): string | null {
    return this.stored && openSecrets(this.stored, cipher).credentials;
  }
}

const problemsOf = (body: object) => {
  const read = destinationPut.safeParse(body);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`);
};

describe('a destination', () => {
  test('every kind but HTTP has its example in docs/sinks.md, and each is accepted', () => {
    expect(examples.map(({ kind }) => kind)).toEqual(KINDS_WITH_SETTINGS);
    expect(examples.map(problemsOf)).toEqual(examples.map(() => []));
  });

  test.each(KINDS_WITH_SETTINGS)('%s: credentials are sealed, kept and removed', async (kind) => {
    const destinations = new Destinations();
    const example = exampleOf(kind);
    const { credentials, ...without } = example;
    const shown = await destinations.put(example);
    expect(shown).toMatchObject({ kind, url: null, credentials: true, secrets: 0 });
    expect(shown).not.toHaveProperty('secret');
    expect(JSON.stringify(shown)).not.toContain(JSON.stringify(credentials).slice(1, -1));
    expect(destinations.credentials).toBe(credentials);
    expect(await destinations.put({ ...without, concurrency: 3 })).toMatchObject({ credentials: true });
    expect(destinations.credentials).toBe(credentials);
  });

  test('changed settings need the credentials again: another server must not get them', async () => {
    const destinations = new Destinations();
    const { credentials: _, ...without } = exampleOf('postgres');
    await destinations.put(exampleOf('postgres'));
    const moved = {
      ...without,
      settings: { ...without.settings, url: 'postgres://lockstep@evil.example.com/shop' },
    };
    await expect(destinations.put(moved)).rejects.toThrow('credentials: must be given again');
    expect(await destinations.put({ ...moved, credentials: null })).toMatchObject({ credentials: false });
  });

  test('another kind does not get the credentials of the old one', async () => {
    const destinations = new Destinations();
    await destinations.put(exampleOf('postgres'));
    expect(await destinations.put(HTTP)).toMatchObject({ kind: 'http', credentials: false, settings: null });
    expect(destinations.credentials).toBeNull();
  });

  test('HTTP is as before: the kind may be absent, a secret is made and shown once', async () => {
    const { kind: _, ...absent } = HTTP;
    const destinations = new Destinations();
    expect(await destinations.put(absent)).toMatchObject({
      kind: 'http',
      url: HTTP.url,
      secret: 'whsec_made',
      secrets: 1,
    });
    expect(await destinations.put(HTTP)).not.toHaveProperty('secret');
    expect(destinationPut.parse(HTTP)).toMatchObject({
      probeUrl: null,
      concurrency: 10,
      inDoubt: 'repeat',
    } satisfies Partial<DestinationPut>);
    expect(problemsOf({ ...HTTP, inDoubt: 'ask' })).toEqual(['probeUrl: is needed for `inDoubt: ask`']);
  });

  test.each<[string, object, string]>([
    ['an unknown kind', { kind: 'pigeon' }, 'kind: '],
    ['settings of HTTP', { ...HTTP, settings: {} }, 'settings: '],
    ['no settings', { ...exampleOf('postgres'), settings: undefined }, 'settings: '],
    ['signing secrets', { ...exampleOf('postgres'), secrets: ['whsec_AAAA'] }, 'secrets: '],
    ['a url beside its settings', { ...exampleOf('postgres'), url: HTTP.url }, 'url: '],
    ['asking', { ...exampleOf('postgres'), inDoubt: 'ask' }, 'inDoubt: '],
    ...[
      'postgres://u:secret@h/d',
      'http://h/d',
      'postgres://u@h',
      'postgres://u@h/d?host=/tmp',
      'postgres://u@%2Ftmp/d',
      'postgres://u@h/%',
    ].map((url): [string, object, string] => [url, withSettings('postgres', { url }), 'settings/url: ']),
    ...['Orders', 'orders; drop table x', 'a.b.c', '"orders"', ''].map((table): [string, object, string] => [
      `the table ${table}`,
      withSettings('postgres', { table }),
      'settings/table: ',
    ]),
    ['no certificate', withSettings('postgres', { ca: '/etc/passwd' }), 'settings/ca: '],
  ])('%s is refused', (_, body, where) => {
    const problems = problemsOf(body);
    expect(problems).toEqual(expect.arrayContaining([expect.stringContaining(where)]));
    expect(problems.join('\n')).not.toContain('u:secret');
  });
});

function withSettings(kind: string, settings: object): object {
  const example = exampleOf(kind);
  return { ...example, settings: { ...example.settings, ...settings } };
}
