import type { DestinationDocument } from '../../../src/persist/destination-schema.ts';
import type { Message } from '../../../src/publish/messages.ts';

/** A message as the other side has it. */
export interface Arrived {
  id: string;
  text: string;
}

/** What a destination has that reaches it. */
export type Place = Partial<DestinationDocument>;

/** A message that the other side refuses, by itself or because of the destination's settings. */
interface RefusedBy {
  place?: Place;
  change?: (message: Message) => Message;
  because: RegExp;
}

/** The other side of one kind of destination: a real server, and what it received. */
export interface OtherSide {
  readonly port: number;
  /** @param port its own, or that of a link to it */
  place: (port: number) => Place;
  credentials: string | null;
  /** Of a kind whose credentials have the address. */
  credentialsOf?: (port: number) => string;
  /** Everything about an order, in the order of arrival. */
  arrived: (order: string) => Promise<Arrived[]>;
  refused: (port: number) => RefusedBy;
  /** On the same port, with its data. */
  stop: () => Promise<void>;
  startAgain: () => Promise<void>;
  /** Stops it, and deletes its data. */
  remove: () => Promise<void>;
}

export interface Kind {
  open: () => Promise<OtherSide>;
  /** How often a receiver sees a message that is sent twice; more than once: with the same id. */
  seesTwice: 1 | 2;
  /** A message of this size arrives. */
  hugeBytes: number;
  /** One of this size does not. */
  tooLargeBytes: number;
  /** Without credentials of its own, it has no wrong ones. */
  hasCredentials: boolean;
  /** What an attempt is if the server accepts its connection and never answers; with HTTP, the message is sent then. */
  ifSilent: 'away' | 'unknown';
}
