import type { KnownOf, Memory } from './known.ts';
import type { Position } from './position.ts';
import type { BodyReading } from './read-body.ts';
import { PART_READERS, type PartReader, type PastOnly } from './read-parts.ts';
import type { PartKind } from './topics.ts';

/** The types of an order's parts. They come from the readers of their bodies: no field is declared twice. */
type FieldsRead<Reader> = Reader extends PartReader<infer Fields> ? Fields : never;

/** What a body says about a part of one kind. A field that the body does not have is undefined. */
export type PartFields<Kind extends PartKind = PartKind> = {
  [Each in PartKind]: FieldsRead<(typeof PART_READERS)[Each]>;
}[Kind];

interface FromBody {
  position: Position;
  /** Its removal came by webhook. */
  removed?: true;
}

export type SentPart<Kind extends PartKind = PartKind> = PartFields<Kind> & FromBody;

/** A part as an order has it. Its position is that of the newest body that has it. */
export type PartOf<Kind extends PartKind> = KnownOf<PartFields<Kind>> & FromBody;

/** A part of any kind. */
export type Part = Memory & FromBody & { id: string };

/** The parts of an order, by kind. */
export type Parts = { [Kind in PartKind]: PartOf<Kind>[] };

/** A part in a body, with its kind. */
export type PartEvent<Kind extends PartKind = PartKind> = {
  [Each in Kind]: { kind: Each; part: SentPart<Each> };
}[Kind];

/** Reads a body as one kind of part. */
export function readPart<Kind extends PartKind>(
  kind: Kind,
  body: unknown,
  past: PastOnly,
  from: FromBody,
): BodyReading<PartEvent<Kind>> {
  const readers: { [Each in PartKind]: PartReader<PartFields<Each>> } = PART_READERS;
  const reading = readers[kind](body, past);
  return reading.ok ? { ...reading, body: { kind, part: { ...reading.body, ...from } } } : reading;
}
