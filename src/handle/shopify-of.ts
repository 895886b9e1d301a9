import type { HandlerShopify } from './handler.ts';
import { jsonOf } from './json-of.ts';
import type { RunHost } from './protocol.ts';

/** The Admin API as a handler has it: the publisher, which has the shop's token, sends the query. */
export function shopifyOf({ shopify }: Pick<RunHost, 'shopify'>): HandlerShopify {
  return {
    graphql: async (query, variables = {}) => {
      const asked = { query: String(query), variables: jsonOf('the variables', variables) ?? '{}' };
      return JSON.parse(await shopify(asked)) as never;
    },
  };
}
