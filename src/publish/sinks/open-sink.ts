import type { DestinationDocument } from '../../persist/destination-schema.ts';
import { openHttpSink } from './http-sink.ts';
import type { OpenSink } from './sink.ts';

/** How each kind of destination is opened. */
const KINDS: Record<DestinationDocument['kind'], OpenSink> = {
  http: openHttpSink,
  handler: ({ _id }) => {
    throw new Error(`${_id} is a handler: it runs only in publishers that have its code`);
  },
};

export const openSink: OpenSink = (destination, secrets) => KINDS[destination.kind](destination, secrets);
