import { HandlerMistake } from './failure.ts';

/** Why the Admin API gave no answer. The words are shown to operators; what Shopify wrote is not: it may quote data. */
const SHOPIFY_FAILURES = {
  NOT_SET_UP: "this publisher cannot use the Admin API: the app's settings are not set",
  NOT_INSTALLED: 'the app is not installed for this shop',
  REFUSED: 'Shopify refused the access',
  QUERY_FAILED: 'Shopify could not carry out the query',
  THROTTLED: 'the query budget of the shop is used up',
  NO_ANSWER: 'no usable answer from Shopify: whether a mutation was carried out is not known',
  TOO_LARGE: 'the query is too large',
} as const;
export type ShopifyFailure = keyof typeof SHOPIFY_FAILURES;

/** Thrown by `shopify.graphql`. */
export class ShopifyError extends HandlerMistake {
  readonly code: ShopifyFailure;
  /** What Shopify wrote, if anything. */
  readonly detail: string | null;

  constructor(code: ShopifyFailure, detail: string | null = null) {
    super(`Shopify: ${SHOPIFY_FAILURES[code]} (${code})`);
    this.code = code;
    this.detail = detail;
  }
}
