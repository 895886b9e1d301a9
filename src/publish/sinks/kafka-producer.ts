import { isIP } from 'node:net';
import { callbackify } from 'node:util';
import {
  NetworkError,
  Producer,
  type Broker,
  type Connection,
  type ConnectionPool,
  type SASLOptions,
} from '@platformatic/kafka';
import { addressOf, lookupPublic } from './public-address.ts';
import type { DestinationOf } from './sink.ts';

const CONNECT_MS = 5000;

/** A broker could not be connected, so nothing was sent to it. Its cause is the client's error. */
export class NotReached extends NetworkError {}

/**
 * A producer that repeats nothing by itself, connected to one of the brokers. The client is @platformatic/kafka: it is
 * maintained, and needs no native code. kafkajs has had no stable release since 2023; Confluent's client downloads a
 * binary from GitHub when it is installed.
 * @throws the client's error
 */
export async function openProducer(
  { settings, allowPrivate, timeoutMs }: DestinationOf<'kafka'>,
  credentials: string | null,
  onLost: () => void,
): Promise<Producer> {
  const { brokers, tls, ca } = settings;
  const producer = new Producer({
    clientId: 'lockstep',
    bootstrapBrokers: brokers,
    connectTimeout: CONNECT_MS,
    requestTimeout: timeoutMs,
    timeout: timeoutMs,
    retries: 0,
    autocreateTopics: false,
    ...(tls && {
      tls: { ...(ca !== null && { ca }), ...(!allowPrivate && { lookup: lookupPublic }) },
      tlsServerName: brokers.every((each) => isIP(hostOf(each)) === 0),
    }),
    ...sasl(settings, credentials),
  });
  const { connections } = producer;
  connections.on('connecting', ({ connection }) => connection.on('error', () => undefined));
  connections.on('disconnect', onLost);
  guard(connections, { allowPrivate, usesNames: tls });
  try {
    // Asks a broker, so that wrong credentials are noticed before a message is sent.
    await producer.metadata({ topics: [] });
    return producer;
  } catch (error) {
    closeProducer(producer);
    throw error;
  }
}

function hostOf(broker: string): string {
  return broker.slice(0, broker.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

function sasl(
  { user, mechanism }: DestinationOf<'kafka'>['settings'],
  credentials: string | null,
): { sasl?: SASLOptions } {
  if (user === null) return {};
  return { sasl: { mechanism: MECHANISMS[mechanism], username: user, password: credentials ?? '' } };
}

/** Closes it at once, without waiting for brokers. */
export function closeProducer(producer: Producer): void {
  const connections = [...producer.connections].map(([, connection]) => connection);
  producer.close().catch(() => undefined);
  // Absent before it began to connect, whatever the client's types say.
  for (const { socket } of connections as { socket?: Connection['socket'] }[]) socket?.destroy();
}

type Got = (error: Error | null, connection: Connection) => void;

/**
 * Brokers name the addresses of other brokers, so each address is checked before it is connected. With TLS, the name
 * stays, for the certificate, and the connection looks it up again, with the same check.
 */
function guard(
  pool: ConnectionPool,
  { allowPrivate, usesNames }: { allowPrivate: boolean; usesNames: boolean },
) {
  const get = pool.get.bind(pool) as (broker: Broker, done: Got) => void;
  const known = new Map<string, string>();
  const checked = async (host: string) => {
    const address = known.get(host) ?? (await addressOf(host, allowPrivate));
    known.set(host, address);
    return usesNames ? host : address;
  };
  const check = callbackify(checked);
  const guarded = (broker: Broker, done: Got) => {
    const failed = (cause: Error) =>
      done(new NotReached('not reached', { cause, canRetry: false }), undefined as never);
    check(broker.host, (error, host) => {
      if (error) return failed(error);
      get({ ...broker, host }, (refused, connection) => (refused ? failed(refused) : done(null, connection)));
    });
  };
  pool.get = guarded as ConnectionPool['get'];
}
