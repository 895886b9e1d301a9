import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { DestinationKind, KindSettings } from '../../system/destination-kinds.ts';
import type { Message } from '../messages.ts';

/** What happened to a message. `because` has nothing from the message or from a secret. */
export type Answer =
  | { outcome: 'done'; answer: string }
  /** The other side does not accept this message. */
  | { outcome: 'refused'; answer: string; because: string }
  /** The other side is down: it cannot be reached, or says so. */
  | { outcome: 'away'; answer: string; because: string }
  /** The other side asks for a pause. */
  | { outcome: 'busy'; answer: string; because: string; afterMs: number | null }
  /** The other side does not want messages any more. */
  | { outcome: 'gone'; answer: string; because: string }
  /** It was sent, and nobody knows whether it arrived. */
  | { outcome: 'unknown'; answer: string; because: string };

/** Sends messages to one destination. @template Result a handler's is another one: see handler-sink.ts */
export interface Sink<Result = Answer> {
  /** Never throws. @param signal aborts the attempt: its time is over, or the lock was lost */
  send: (message: Message, signal: AbortSignal) => Promise<Result>;
  /** Whether a message has arrived; null: it cannot be asked now. Absent: this sink cannot ask. */
  hasArrived?: (id: string, signal: AbortSignal) => Promise<boolean | null>;
  close: () => Promise<void>;
}

/** A destination's secrets, decrypted. */
export interface OpenedSecrets {
  /** They sign messages. The newest is first. */
  secrets: readonly string[];
  /** What the other side asks for: a password, a token; null: nothing. */
  credentials: string | null;
}

/** A destination of one kind. */
export type DestinationOf<Kind extends DestinationKind> = DestinationDocument & {
  settings: KindSettings[Kind];
};

/** Opens a sink without connecting: a server that is down must not keep a destination from being opened. */
export type OpenSink<Kind extends DestinationKind> = (
  destination: DestinationOf<Kind>,
  secrets: OpenedSecrets,
) => Sink;
