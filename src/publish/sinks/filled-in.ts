import type { Message } from '../messages.ts';

/** Fills in the places of an address: `{type}` is the topic, with dots (`orders.paid`), `{shop}` the shop. */
export function filledIn(template: string, { type, shop }: Message['about']): string {
  return template.replaceAll('{type}', type.replaceAll('/', '.')).replaceAll('{shop}', shop);
}
