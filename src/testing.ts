/** `lockstep/testing`: runs a handler over an order's life in memory, and kills it at each step. */
export { runHandler } from './publish/try-handler.ts';
export type {
  OtherEvent,
  TriedLife,
  TriedMessage,
  TriedRun,
  TriedStep,
  TryOptions,
  Webhook,
} from './publish/tried.ts';
