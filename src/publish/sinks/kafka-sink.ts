import { compatibilityPartitioner, GenericError, MultipleErrors, type Producer } from '@platformatic/kafka';
import type { Message } from '../messages.ts';
import { codeOfError, whyUnreachable } from './error-code.ts';
import { filledIn } from './filled-in.ts';
import { closeProducer, NotReached, openProducer } from './kafka-producer.ts';
import { PrivateAddress } from './public-address.ts';
import { NotConnected, SharedConnection } from './shared-connection.ts';
import type { Answer, DestinationOf, OpenSink } from './sink.ts';

/**
 * Records of a topic, with the order as their key, so that all records of an order are in one partition; each waits
 * until all in-sync replicas have it (`acks=all`). A record that is sent twice is there twice, with the same id in its
 * headers.
 *
 * An idempotent producer would change nothing: its sequence numbers recognise what the client itself repeats, and this
 * client repeats nothing. The schedule does, minutes later and perhaps in another process. One record at a time of each
 * order keeps the sequence.
 *
 * | outcome | means |
 * | ------- | ----- |
 * | done    | all in-sync replicas have it |
 * | refused | the record is larger than the topic allows, or a rule of the topic refuses it |
 * | away    | no connection, wrong credentials, no such topic, no permission; nothing is stored |
 * | busy    | too few replicas, a new leader is being elected, or a quota is exceeded; nothing is stored |
 * | unknown | the connection broke, or the time was over, before the answer; or too few replicas stored it |
 */
const OUTCOMES: Readonly<Record<string, readonly ['away' | 'busy' | 'refused' | 'unknown', string]>> = {
  MESSAGE_TOO_LARGE: ['refused', 'the message is larger than the topic allows'],
  RECORD_LIST_TOO_LARGE: ['refused', 'the message is larger than the broker allows'],
  INVALID_RECORD: ['refused', 'a rule of the topic refuses the message'],
  POLICY_VIOLATION: ['refused', 'a rule of the broker refuses the message'],
  UNKNOWN_TOPIC_OR_PARTITION: ['away', 'the topic does not exist'],
  INVALID_TOPIC_EXCEPTION: ['away', 'the name of the topic is not valid'],
  TOPIC_AUTHORIZATION_FAILED: ['away', 'the user may not write to the topic'],
  CLUSTER_AUTHORIZATION_FAILED: ['away', 'the user may not write to this cluster'],
  SASL_AUTHENTICATION_FAILED: ['away', 'it does not accept the user or the credentials'],
  UNSUPPORTED_SASL_MECHANISM: ['away', 'it does not accept credentials by this mechanism'],
  KAFKA_STORAGE_ERROR: ['away', 'the broker cannot write to its disk'],
  NOT_ENOUGH_REPLICAS: ['busy', 'too few replicas of the topic are in sync'],
  LEADER_NOT_AVAILABLE: ['busy', 'the partition has no leader now'],
  NOT_LEADER_OR_FOLLOWER: ['busy', 'the partition has another leader now'],
  THROTTLING_QUOTA_EXCEEDED: ['busy', 'a quota of the broker is exceeded'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: ['unknown', 'too few replicas stored it'],
  REQUEST_TIMED_OUT: ['unknown', 'its replicas did not confirm it in time'],
};

/** A broker closes the connection of a larger request without an answer; topics allow 1 MB by default. */
const MOST_BYTES = 50 * 1024 * 1024;
const ALL_REPLICAS = -1;

export const openKafkaSink: OpenSink<'kafka'> = (destination, { credentials }) => {
  const shared = new SharedConnection<Producer>({
    open: (onLost) => openProducer(destination, credentials, onLost),
    destroy: closeProducer,
    isAnswer: (error) => answerOf(error) !== null,
  });
  return {
    send: async (message, signal) => {
      if (Buffer.byteLength(message.text) > MOST_BYTES) return TOO_LARGE;
      try {
        const { offsets } = await shared.use(signal, (producer) => publish(producer, message, destination));
        const [stored] = offsets ?? [];
        return { outcome: 'done', answer: stored ? `${stored.partition}:${stored.offset}` : 'stored' };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => Promise.resolve(shared.close()),
  };
};

async function publish(
  producer: Producer,
  { id, text, about }: Message,
  { settings: { topic } }: DestinationOf<'kafka'>,
) {
  const { order, shop, type, version, sequence } = about;
  const headers = { id, type, order, shop, version, ...(sequence !== null && { sequence }) };
  const record = {
    topic: filledIn(topic, about),
    key: Buffer.from(order),
    value: Buffer.from(text),
    headers: new Map(
      Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(String(value))]),
    ),
  };
  // The same partition as with Kafka's own clients.
  return await producer.send({
    messages: [record],
    acks: ALL_REPLICAS,
    partitioner: compatibilityPartitioner,
  });
}

const TOO_LARGE: Answer = {
  outcome: 'refused',
  answer: 'too large',
  because: `the message is larger than ${MOST_BYTES} bytes`,
};

/** What a broker said about one message; null: it said nothing. */
function answerOf(error: unknown): Answer | null {
  const said = causesOf(error).find(
    (each) => each instanceof GenericError && typeof each['apiId'] === 'string',
  );
  if (!(said instanceof GenericError)) return null;
  const answer = String(said['apiId']);
  const [outcome, because] = OUTCOMES[answer] ?? ['unknown', `the broker answered ${answer}`];
  return outcome === 'busy' ? { outcome, answer, because, afterMs: null } : { outcome, answer, because };
}

function failureOf(error: unknown): Answer {
  const causes = causesOf(error);
  const isPrivate = causes.find((each) => each instanceof PrivateAddress);
  if (isPrivate) return { outcome: 'refused', answer: 'private address', because: isPrivate.message };
  const said = answerOf(error);
  if (said) return said;
  const code = causes.flatMap((each) => codeOfError(each) ?? []).at(-1) ?? 'no answer';
  const isNotSent = causes.some((each) => each instanceof NotConnected || each instanceof NotReached);
  return isNotSent
    ? { outcome: 'away', answer: code, because: whyUnreachable(code) }
    : { outcome: 'unknown', answer: code, because: `the connection broke: ${code}` };
}

/** An error, and all that it was caused by; the innermost last. The client wraps errors several times. */
function causesOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const several = error instanceof MultipleErrors ? (error.errors as unknown[]) : [];
  return [error, ...[error.cause, ...several].flatMap(causesOf)];
}
