import type { Question } from './questions.ts';

/** The longest line in docs/data.md. */
const WIDTH = 110;

/** The questions as a section of a document. */
export function questionTexts(questions: readonly Question[]): string {
  return questions
    .map((question) => {
      const indexes = question.indexes.map((keys) => `\`${keysText(keys)}\``).join(' and ');
      return `#### ${question.title}\n\nIt uses ${indexes}.\n\n\`\`\`js\n${mongoshText(question)}\n\`\`\``;
    })
    .join('\n\n');
}

/** A query as it is typed into mongosh. */
export function mongoshText({ query }: Pick<Question, 'query'>): string {
  if ('pipeline' in query) return `db.orders.aggregate(${textOf(query.pipeline, '')});`;
  const { filter, sort, limit, collation } = query;
  const calls = [
    `find(${textOf(filter, '  ')})`,
    ...(collation ? [`collation(${textOf(collation, '  ')})`] : []),
    `sort(${textOf(sort, '  ')})`,
    `limit(${limit})`,
  ];
  return `db.orders\n${calls.map((call) => `  .${call}`).join('\n')};`;
}

/** @param before how many characters are before the value on its line */
function textOf(value: unknown, indent: string, before = indent.length): string {
  if (value instanceof Date) return `ISODate('${value.toISOString()}')`;
  if (typeof value === 'string') return `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => textOf(item, inner))
    : Object.entries(value).map(([name, item]) => {
        const key = `${keyText(name)}: `;
        return `${key}${textOf(item, inner, inner.length + key.length)}`;
      });
  const [open, close, space] = Array.isArray(value) ? ['[', ']', ''] : ['{', '}', ' '];
  const flat = `${open}${space}${items.join(', ')}${space}${close}`;
  // After it, there is a comma at most.
  if (!flat.includes('\n') && before + flat.length < WIDTH) return flat;
  return `${open}\n${items.map((item) => `${inner}${item},`).join('\n')}\n${indent}${close}`;
}

function keyText(name: string): string {
  return /^[$\w]+$/.test(name) ? name : `'${name}'`;
}

export function keysText(keys: Question['indexes'][number]): string {
  return textOf(keys, '');
}
