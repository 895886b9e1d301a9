import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { regenerated } from '../testkit/documents/sections.ts';

/** npm run docs: writes the generated tables of docs/data.md again. */
const file = path.resolve(import.meta.dirname, '..', 'docs', 'data.md');
const options = { ...(await resolveConfig(file)), filepath: file };
writeFileSync(file, await format(regenerated(readFileSync(file, 'utf8')), options));
