import { GraphQLError } from 'graphql';

/** An object of the API: its fields are values, or functions of their arguments. */
export interface Node {
  __typename: string;
  [field: string]: unknown;
}

/** What Shopify answers instead of data, with HTTP status 200. */
export function refusedQuery(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
