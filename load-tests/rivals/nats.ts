import {
  AckPolicy,
  jetstream,
  jetstreamManager,
  StorageType,
  type ConsumerMessages,
} from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { applyWebhook } from './apply.ts';
import { BUSY_RETRY_MS, type Ground, type Rival } from './rival.ts';
import type { RivalStore } from './store.ts';
import { webhookOf, type Webhook } from './webhook.ts';

/**
 * NATS JetStream 2.9.10, of Debian 12. It has no groups of consumers that share partitions (2.11 has), so this is what
 * its documentation recommends for strict order: the server adds each order's partition to the subject, and each
 * partition has a durable consumer with `max_ack_pending: 1`. The server hands out the next message of a partition when
 * the one before is acknowledged, to any worker. This is also correct with several workers, and if one is killed: its
 * messages go to another after 30 s (`ack_wait`, which is also the default of BullMQ and groupmq). A failed message is
 * delivered again before the next one of its partition.
 *
 * The stream keeps messages as long as it must know their ids: with a work queue, which deletes what is acknowledged, a
 * restarted server would no longer know them.
 *
 * Not promised: 2.9 acknowledges a webhook after it has written it to the file, but does not flush the file (2.10 has
 * `sync_interval: always`; here, the setting does not exist). A killed server loses nothing, a power failure may. All
 * others flush before they answer.
 */
const STREAM = 'webhooks';
const PARTITIONS = 128;

/** Lines of the server's configuration file. */
export const NATS_SETTINGS: readonly string[] = [
  `mappings: { "${STREAM}.*": "${STREAM}.{{partition(${PARTITIONS},1)}}.{{wildcard(1)}}" }`,
];

const consumerOf = (partition: number) => `partition-${partition}`;

/** A dot would end the part of the subject that names the order. */
const subjectOf = ({ order }: Webhook) => `${STREAM}.${order.replaceAll('.', '_')}`;

export const nats: Rival = {
  about: 'NATS JetStream, a partition for each of 128 groups of orders',
  waitsIn: 'NATS',
  accept: async (ground) => {
    const client = jetstream(await connectionTo(ground));
    return async (arrival) => {
      const webhook = webhookOf(arrival);
      const { duplicate } = await client.publish(subjectOf(webhook), JSON.stringify(webhook), {
        msgID: arrival.webhookId,
      });
      return duplicate ? 'duplicate' : 'accepted';
    };
  },
  work: async (ground) => {
    const client = jetstream(await connectionTo(ground));
    const store = await ground.store();
    const workOn = async (partition: number) => {
      const messages = await (await client.consumers.get(STREAM, consumerOf(partition))).consume();
      return { messages, applied: applyAll(messages, store) };
    };
    const working = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => workOn(partition)),
    );
    return {
      close: async () => {
        await Promise.all(working.map(({ messages }) => messages.close()));
        await Promise.all(working.map(({ applied }) => applied));
      },
    };
  },
};

async function applyAll(messages: ConsumerMessages, store: RivalStore): Promise<void> {
  for await (const message of messages) {
    try {
      await applyWebhook(message.json<Webhook>(), store);
      await message.ackAck();
    } catch {
      message.nak(BUSY_RETRY_MS);
    }
  }
}

async function connectionTo({ urlOf, onStop, dedupeTtlSeconds }: Ground): Promise<NatsConnection> {
  const connection = await connect({ servers: urlOf('NATS'), maxReconnectAttempts: -1 });
  await onStop('nats', () => connection.drain());
  const { streams, consumers } = await jetstreamManager(connection);
  const remembers = nanos(dedupeTtlSeconds * 1000);
  await streams.add({
    name: STREAM,
    subjects: [`${STREAM}.*.*`],
    storage: StorageType.File,
    max_age: remembers,
    duplicate_window: remembers,
  });
  const addConsumer = (partition: number) =>
    consumers.add(STREAM, {
      durable_name: consumerOf(partition),
      filter_subject: `${STREAM}.${partition}.*`,
      ack_policy: AckPolicy.Explicit,
      max_ack_pending: 1,
    });
  await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => addConsumer(partition)));
  return connection;
}
