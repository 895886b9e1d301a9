import { readFileSync } from 'node:fs';
import { messageOf } from '../system/errors.ts';
import type { Destination } from '../operate/shapes/destinations.ts';
import { OpsProblem } from './exit.ts';

/** What a file says about a destination. The API checks it. */
type Settings = Record<string, unknown>;

/** @throws OpsProblem usage if it cannot be read, or is not a JSON object */
export function readSettings(file: string): Settings {
  const text = textOf(file);
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OpsProblem('usage', `${file}: not a JSON object with the settings of a destination`);
  return { ...value };
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new OpsProblem('usage', messageOf(error));
  }
}

/** The parser's message may quote the file, and the file may have secrets. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a file would change. Only the API knows the defaults of what it does not name. */
export function changesText(name: string, settings: object, now: Destination | null): string {
  const changes = Object.entries(settings).flatMap(([field, value]) => changeOf(field, value, now));
  const head = now
    ? `Destination ${name} would be changed (it has revision ${now.revision}).`
    : `Destination ${name} would be added: it would get the changes that it asks for, from now on${'from' in settings ? ', and the history first' : ''}.`;
  const lines = changes.length > 0 ? changes : ['Its file names no setting that differs.'];
  return [head, ...lines, 'Settings that the file does not name get their defaults.'].join('\n');
}

/** Secrets and credentials are not printed. */
function changeOf(field: string, value: unknown, now: Destination | null): string[] {
  if (field === 'secrets') return [`  secrets: ${Array.isArray(value) ? value.length : 0} given`];
  if (field === 'credentials') return [`  credentials: ${value === null ? 'none' : 'given'}`];
  const before: unknown = now?.[field as keyof Destination];
  const [is, was] = [JSON.stringify(value), JSON.stringify(before)];
  if (is === was) return [];
  return [`  ${field}: ${now ? `${was ?? '-'} -> ` : ''}${is}`];
}
