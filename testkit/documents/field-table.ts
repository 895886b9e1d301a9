import { z } from 'zod';

/** The fields of a shape as a Markdown table: paths as queries write them. */
export function fieldTable(shape: z.ZodObject): string {
  const rows = rowsOf(shape, '');
  return [
    '| field | type | holds |',
    '| --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** What the rules remember inside a list's items. */
const MEMORY: ReadonlySet<string> = new Set(['position', 'positions', 'removed', 'gone']);

type Row = readonly [field: string, type: string, holds: string];

function rowsOf({ shape }: z.ZodObject, prefix: string): Row[] {
  return Object.entries(shape).flatMap(([name, type]) => {
    const inside = insideOf(type);
    const isMemory = prefix !== '' && MEMORY.has(name);
    const row: Row = [`\`${prefix}${name}\``, typeOf(type), descriptionOf(type)];
    return isMemory ? [] : [row, ...(inside ? rowsOf(inside, `${prefix}${name}.`) : [])];
  });
}

/** The object in a field, or in the items of its list. */
function insideOf(type: z.core.$ZodType): z.ZodObject | null {
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable) return insideOf(type.unwrap());
  if (type instanceof z.ZodArray) return insideOf(type.element);
  return type instanceof z.ZodObject ? type : null;
}

const WORDS = [
  [z.ZodString, 'text'],
  [z.ZodEnum, 'text'],
  [z.ZodNumber, 'number'],
  [z.ZodBoolean, 'true or false'],
  [z.ZodDate, 'date'],
  [z.ZodCustom, 'Decimal128'],
] as const;

function typeOf(type: z.core.$ZodType): string {
  if (type instanceof z.ZodOptional) return typeOf(type.unwrap());
  if (type instanceof z.ZodNullable) return `${typeOf(type.unwrap())} or null`;
  if (type instanceof z.ZodArray) return insideOf(type) ? 'list' : `list of ${typeOf(type.element)}`;
  return WORDS.find(([kind]) => type instanceof kind)?.[1] ?? 'object';
}

function descriptionOf(type: z.core.$ZodType): string {
  const own = z.globalRegistry.get(type)?.description;
  if (own !== undefined) return own;
  return type instanceof z.ZodOptional || type instanceof z.ZodNullable ? descriptionOf(type.unwrap()) : '';
}
