import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * npm version runs this first (`preversion`). It refuses while the newest section of CHANGELOG.md has no
 * notes, or a note that begins with "Pending:", which names what must be done before the release.
 *   node scripts/release-gate.ts [file]
 */
const file = process.argv[2] ?? path.resolve(import.meta.dirname, '..', 'CHANGELOG.md');
const [, newest = ''] = readFileSync(file, 'utf8').split(/^## /m);
const [title = '', ...lines] = newest.split('\n');
const notes = lines.filter((line) => line.startsWith('- '));
const pending = notes.filter((note) => note.startsWith('- Pending:'));

if (!title.endsWith('(unreleased)'))
  refuse('the newest section of CHANGELOG.md is not marked "(unreleased)"');
if (notes.length === 0) refuse(`${title} has no notes`);
if (pending.length > 0) refuse(`${title} has pending notes:\n${pending.join('\n')}`);

function refuse(why: string): never {
  process.stderr.write(`no release: ${why}\n`);
  process.exit(1);
}
