import { MEMORY_FIELDS, QUERY_FIELDS } from '../../src/persist/order-fields.ts';
import { fieldTable } from './field-table.ts';
import { questionTexts } from './mongosh.ts';
import { questionsAbout, SUBJECT } from './questions.ts';

/** What is generated in docs/data.md, between `<!-- name -->` and `<!-- /name -->`. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  orders: () => fieldTable(QUERY_FIELDS),
  'orders-memory': () => fieldTable(MEMORY_FIELDS),
  questions: () => questionTexts(questionsAbout(SUBJECT)),
};

/** The same text with its generated sections made again. */
export function regenerated(text: string): string {
  return Object.entries(GENERATED).reduce((all, [name, make]) => {
    const section = new RegExp(`(<!-- ${name} -->\\n)[^]*?(\\n<!-- /${name} -->)`);
    if (!section.test(all)) throw new Error(`there is no section ${name}`);
    return all.replace(section, (_, begin: string, end: string) => `${begin}\n${make()}\n${end}`);
  }, text);
}
