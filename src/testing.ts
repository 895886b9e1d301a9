/** `lockstep/testing`: runs a handler over an order's life in memory, and kills it at each step. */
export {
  runHandler,
  type TriedLife,
  type TriedRun,
  type TriedStep,
  type TryOptions,
  type Webhook,
} from './publish/try-handler.ts';
