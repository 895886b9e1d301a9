import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { DestinationKind } from '../../system/destination-kinds.ts';
import type { OpenedSecrets, OpenSink, Sink } from './sink.ts';

/** How each kind of destination is opened. A kind's client library is loaded when its first destination is opened. */
const KINDS: { [Kind in DestinationKind]: () => Promise<OpenSink<Kind>> } = {
  http: async () => (await import('./http-sink.ts')).openHttpSink,
  postgres: async () => (await import('./postgres-sink.ts')).openPostgresSink,
  rabbitmq: async () => (await import('./rabbitmq-sink.ts')).openRabbitmqSink,
  nats: async () => (await import('./nats-sink.ts')).openNatsSink,
  kafka: async () => (await import('./kafka-sink.ts')).openKafkaSink,
  sqs: async () => (await import('./sqs-sink.ts')).openSqsSink,
  slack: async () => (await import('./slack-sink.ts')).openSlackSink,
  handler: async () => {
    throw new Error('a handler runs only in publishers that have its code');
  },
};

export async function openSink(destination: DestinationDocument, secrets: OpenedSecrets): Promise<Sink> {
  // The API stores settings of the destination's own kind only.
  const open = (await KINDS[destination.kind]()) as OpenSink<DestinationKind>;
  return open({ ...destination, settings: destination.settings ?? null }, secrets);
}
