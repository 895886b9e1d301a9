import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sectionsOf } from './figures/sections.ts';

/**
 * npm run figures: copies the figures of the runs in load-tests/figures into the documents that quote them,
 * between `<!-- name -->` and `<!-- /name -->`. test/documents.test.ts checks that they are still the same.
 */
const root = path.resolve(import.meta.dirname, '..');

for (const [file, sections] of Object.entries(sectionsOf(path.join(root, 'load-tests', 'figures')))) {
  const place = path.join(root, file);
  const text = Object.entries(sections).reduce(
    (whole, [name, figures]) =>
      whole.replace(
        new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`),
        (_, begin: string, end: string) => `${begin}\n\n${figures}\n\n${end}`,
      ),
    readFileSync(place, 'utf8'),
  );
  writeFileSync(place, text);
}
