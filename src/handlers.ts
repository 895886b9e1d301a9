/** `lockstep/handlers`: what a user's own code is written with. */
export {
  handler,
  Undo,
  type AsJson,
  type Handler,
  type HandlerChange,
  type HandlerContext,
  type HandlerLog,
  type HandlerOptions,
  type HandlerOrder,
  type HandlerShopify,
  type SetOff,
  type Step,
  type StepOptions,
  type StepTools,
} from './handle/handler.ts';
export { ShopifyError, type ShopifyFailure } from './handle/shopify-error.ts';
