import type { EventId } from './identity.ts';
import type { Position } from './position.ts';

/** JSON without numbers that JavaScript would round. */
export type ExternalData = Readonly<Record<string, unknown>>;

/** The newest event of a type. */
export interface ExternalFact {
  data: ExternalData;
  /** Milliseconds since 1970, as in `receivedAt`. */
  occurredAt: number;
  receivedAt: number;
  eventId: EventId;
  /** The name of the token that sent it. */
  source: string;
  /** JSON Pointers to what is not private in its data, as the type's registration said when it arrived. */
  public: readonly string[];
  position: Position;
}

/** The newest event of each type. */
export type External = Readonly<Record<string, ExternalFact>>;
