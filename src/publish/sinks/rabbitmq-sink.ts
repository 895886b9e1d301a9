import type { TcpSocketConnectOpts } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Connection, type Channel } from 'rabbitmq-client';
import type { Message } from '../messages.ts';
import { codeOfError, whyUnreachable } from './error-code.ts';
import { filledIn } from './filled-in.ts';
import { assertPublicHost, lookupPublic, PrivateAddress } from './public-address.ts';
import { NotConnected, SharedConnection } from './shared-connection.ts';
import type { Answer, DestinationOf, OpenSink } from './sink.ts';

/**
 * Persistent messages to an exchange; each waits for the broker's confirmation. A message that is sent twice arrives
 * twice, with the same message id. The client is rabbitmq-client and not amqplib: it has types and no dependencies, and
 * can drop a half-open connection.
 *
 * | outcome | means |
 * | ------- | ----- |
 * | done    | the broker confirmed it: it is in every queue that it was routed to |
 * | refused | no queue takes it, or it is larger than the broker allows |
 * | away    | no connection, wrong credentials, no such virtual host or exchange, no permission; nothing is stored |
 * | busy    | a queue refused it, because it is full |
 * | unknown | the connection broke, or the time was over, before the confirmation |
 */
const OUTCOMES: Readonly<Record<string, readonly ['away' | 'busy' | 'refused', string]>> = {
  RETURNED: ['refused', 'no queue takes it: nothing is bound to the exchange with this routing key'],
  PRECONDITION_FAILED: ['refused', 'the message is larger than the broker allows'],
  CONTENT_TOO_LARGE: ['refused', 'the message is larger than the broker allows'],
  NOT_FOUND: ['away', 'the exchange does not exist'],
  ACCESS_REFUSED: ['away', 'the user may not write to the exchange'],
  NACK: ['busy', 'a queue refused it: it may be full'],
  RESOURCE_ERROR: ['busy', 'the broker lacks resources'],
};

/** The same, while the connection is opened. */
const OPENING: Readonly<Record<string, string>> = {
  ACCESS_REFUSED: 'it does not accept the user or the credentials',
  NOT_ALLOWED: 'the virtual host does not exist, or the user may not use it',
  NOT_FOUND: 'the virtual host does not exist',
};

const CONNECT_MS = 5000;
const HEARTBEAT_SECONDS = 10;
/** The client adds host and port. */
const SOCKET = { lookup: lookupPublic } as TcpSocketConnectOpts;

interface Open {
  connection: Connection;
  /** Channels that no attempt uses. An error of the broker closes a channel, so each message has one for itself. */
  free: Channel[];
}

/** What the broker's error says about one message. */
class Answered extends Error {
  override readonly name = 'Answered';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export const openRabbitmqSink: OpenSink<'rabbitmq'> = (destination, { credentials }) => {
  const { settings, allowPrivate } = destination;
  const shared = new SharedConnection<Open>({
    open: (onLost) => connect(destination, credentials, onLost),
    destroy: ({ connection }) => connection.unsafeDestroy(),
    isAnswer: (error) => error instanceof Answered,
  });
  return {
    send: async (message, signal) => {
      try {
        if (!allowPrivate) assertPublicHost(new URL(settings.url));
        await shared.use(signal, (open) => publish(open, message, settings));
        return { outcome: 'done', answer: 'confirmed' };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => Promise.resolve(shared.close()),
  };
};

async function connect(
  { settings: { url, ca }, allowPrivate }: DestinationOf<'rabbitmq'>,
  credentials: string | null,
  onLost: () => void,
): Promise<Open> {
  const { protocol, hostname, port, username, pathname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const connection = new Connection({
    hostname: host,
    ...(port !== '' && { port }),
    username: decodeURIComponent(username),
    password: credentials ?? '',
    vhost: decodeURIComponent(pathname.slice(1)) || '/',
    ...(protocol === 'amqps:'
      ? { port: port || 5671, tls: { servername: host, ...(ca !== null && { ca }) } }
      : {}),
    ...(!allowPrivate && { socket: SOCKET }),
    connectionName: 'lockstep',
    connectionTimeout: CONNECT_MS,
    heartbeat: HEARTBEAT_SECONDS,
    noDelay: true,
  });
  // It would connect again by itself; a retired one must not.
  connection.on('error', () => {
    connection.unsafeDestroy();
    onLost();
  });
  await new Promise<void>((resolve, reject) => {
    connection.once('connection', resolve);
    connection.once('error', reject);
  });
  return { connection, free: [] };
}

async function publish(
  open: Open,
  { id, text, about }: Message,
  settings: DestinationOf<'rabbitmq'>['settings'],
) {
  const channel = open.free.pop() ?? (await newChannel(open.connection));
  let isReturned = false;
  channel.once('basic.return', () => (isReturned = true));
  const { order, shop, type, version, sequence } = about;
  const envelope = {
    exchange: settings.exchange,
    routingKey: filledIn(settings.routingKey, about),
    messageId: id,
    type,
    appId: 'lockstep',
    contentType: 'application/json',
    durable: true,
    mandatory: true,
    headers: { order, shop, version, ...(sequence !== null && { sequence }) },
  };
  await channel.basicPublish(envelope, Buffer.from(text)).catch(asAnswer);
  // The client reports a returned message one turn after it read it, so its confirmation may overtake that.
  await turn();
  channel.removeAllListeners('basic.return');
  open.free.push(channel);
  if (isReturned) throw new Answered('RETURNED');
}

async function newChannel(connection: Connection): Promise<Channel> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true });
  channel.on('error', () => undefined);
  await channel.confirmSelect();
  return channel;
}

function asAnswer(error: unknown): never {
  const code = codeOfError(error);
  throw code !== null && code in OUTCOMES ? new Answered(code) : error;
}

function failureOf(error: unknown): Answer {
  const cause = error instanceof NotConnected ? error.cause : error;
  if (cause instanceof PrivateAddress)
    return { outcome: 'refused', answer: 'private address', because: cause.message };
  const code = codeOfError(cause) ?? 'no answer';
  if (error instanceof NotConnected)
    return { outcome: 'away', answer: code, because: OPENING[code] ?? whyUnreachable(code) };
  const row = error instanceof Answered ? OUTCOMES[code] : undefined;
  if (!row) return { outcome: 'unknown', answer: code, because: `the connection broke: ${code}` };
  const [outcome, because] = row;
  return outcome === 'busy'
    ? { outcome, answer: code, because, afterMs: null }
    : { outcome, answer: code, because };
}
