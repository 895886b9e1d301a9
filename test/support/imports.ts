import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { importsIn, loadedBy } from './import-statements.ts';

/** Folders whose inner folders have a row each. The files directly in them share one more row. */
const WITH_ROOMS = ['operate'];

/** What a folder may import. */
export interface Row {
  /** Folders whose values it may import. */
  uses: string[];
  /** Folders whose types it may import, in addition to `uses`. */
  knows: string[];
  /** Packages whose values it may import. */
  npm: string[];
  /**
   * Packages whose types it may import, in addition to `npm`: of objects that it receives but does not
   * construct.
   */
  npmKnows: string[];
}

export interface Import {
  target: string;
  /** The folder or package; null for Node's own and for the folder itself. */
  name: string | null;
  kind: 'folder' | 'package' | 'node';
  typesOnly: boolean;
}

/** The imports of a file in src/. */
export function importsOf(file: string, source: string): Import[] {
  return importsIn(source).map(({ target, typesOnly }) => {
    if (target.startsWith('node:')) return { target, name: null, kind: 'node', typesOnly };
    if (target.startsWith('.')) {
      const to = roomOf(path.posix.join(path.posix.dirname(file), target));
      return { target, name: to === roomOf(file) ? null : to, kind: 'folder', typesOnly };
    }
    return { target, name: packageOf(target), kind: 'package', typesOnly };
  });
}

/** `order`; `operate/api`; `operate` for a file directly in operate/. */
export function roomOf(file: string): string {
  const [, folder = '', inner = '', within] = file.split('/');
  return WITH_ROOMS.includes(folder) && within !== undefined ? `${folder}/${inner}` : folder;
}

/** src/ingest.ts and the other programs; they may import anything. */
export const isProgram = (file: string) => file.split('/').length === 2;

/** All folders of src/. */
export function roomsOf(): string[] {
  const foldersIn = (place: string) =>
    readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  return foldersIn('src').flatMap((folder) =>
    WITH_ROOMS.includes(folder)
      ? [folder, ...foldersIn(`src/${folder}`).map((inner) => `${folder}/${inner}`)]
      : [folder],
  );
}

/** The packages that a program loads when it starts with this file, also through files of other folders. */
export function loadedFrom(
  file: string,
  sourceOf = (name: string) => readFileSync(name, 'utf8'),
): Set<string> {
  const isFile = (name: string) => name.startsWith('src/');
  const loaded = loadedBy(file, (name) => (isFile(name) ? sourceOf(name) : null));
  return new Set([...loaded].filter((name) => !isFile(name) && !name.startsWith('node:')).map(packageOf));
}

/** `zod` of `zod/v4`, `@scope/name` of `@scope/name/part`. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What the folders import, in the same form as the table. */
export function tableOf(found: { file: string; source: string }[]): Record<string, Row> {
  const all = found.flatMap(({ file, source }) => importsOf(file, source).map((one) => ({ ...one, file })));
  const names = (folder: string, kind: Import['kind'], typesOnly: boolean) => {
    const own = all.filter((one) => !isProgram(one.file) && roomOf(one.file) === folder && one.kind === kind);
    const values = new Set(own.filter((one) => !one.typesOnly).map((one) => one.name));
    const wanted = typesOnly
      ? own.filter((one) => one.typesOnly && !values.has(one.name))
      : own.filter((one) => !one.typesOnly);
    return [...new Set(wanted.map((one) => one.name))].filter((name) => name !== null).toSorted();
  };
  return Object.fromEntries(
    roomsOf().map((folder) => [
      folder,
      {
        uses: names(folder, 'folder', false),
        knows: names(folder, 'folder', true),
        npm: names(folder, 'package', false),
        npmKnows: names(folder, 'package', true),
      },
    ]),
  );
}

/** Every folder, lowest first; null if some folders import one another in a circle. */
export function floorsOf(rows: Record<string, Pick<Row, 'uses' | 'knows'>>): string[] | null {
  const left = new Map(Object.entries(rows).map(([room, { uses, knows }]) => [room, [...uses, ...knows]]));
  const floors: string[] = [];
  while (left.size > 0) {
    const next = [...left].filter(([, below]) => below.every((room) => !left.has(room)));
    if (next.length === 0) return null;
    for (const [room] of next) left.delete(room);
    floors.push(...next.map(([room]) => room));
  }
  return floors;
}

/** The client libraries of destinations: each is loaded when its first destination is opened. */
const SINK_CLIENTS = [
  '@aws-sdk/client-sqs',
  '@nats-io/jetstream',
  '@nats-io/transport-node',
  '@platformatic/kafka',
  'pg',
  'rabbitmq-client',
];

/** What `publish` imports. */
export const PUBLISH_PACKAGES = [
  ...SINK_CLIENTS,
  'bullmq',
  'cockatiel',
  'graphql',
  'ipaddr.js',
  'jsonata',
  'piscina',
  'undici',
].toSorted();
