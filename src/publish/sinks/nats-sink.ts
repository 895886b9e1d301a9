import { isIPv6 } from 'node:net';
import { jetstream, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import {
  connect,
  credsAuthenticator,
  errors,
  headers,
  type ConnectionOptions,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { Message } from '../messages.ts';
import { codeOfError, whyUnreachable } from './error-code.ts';
import { filledIn } from './filled-in.ts';
import { addressOf, assertPublicHost, PrivateAddress } from './public-address.ts';
import { NotConnected, SharedConnection } from './shared-connection.ts';
import type { Answer, DestinationOf, OpenSink } from './sink.ts';

/**
 * Messages to a JetStream stream; each waits for the acknowledgement of the stream. A message that is sent twice is
 * stored once, as long as the stream remembers its id (its duplicate window, two minutes by default).
 *
 * | outcome | means |
 * | ------- | ----- |
 * | done    | the stream has stored it, now or before |
 * | refused | no stream takes this subject, or the message is larger than server or stream allow |
 * | away    | no connection, wrong credentials, no permission, JetStream cannot store; nothing is stored |
 * | busy    | the stream is full, or the server lacks resources |
 * | unknown | the connection broke, or the time was over, before the acknowledgement |
 */
const API_ERRORS: Readonly<Record<number, readonly ['away' | 'busy' | 'refused', string]>> = {
  10_054: ['refused', 'the message is larger than the stream allows'],
  10_023: ['busy', 'the server lacks resources'],
  10_047: ['busy', 'the server lacks storage'],
  10_077: ['busy', 'the stream is full'],
  10_122: ['busy', 'the stream is full for this subject'],
};

const CONNECT_MS = 5000;
/** A connection without an answer to two of them is closed. */
const PING_MS = 10_000;
const DEFAULT_PORT = '4222';

interface Open {
  connection: NatsConnection;
  client: JetStreamClient;
}

export const openNatsSink: OpenSink<'nats'> = (destination, { credentials }) => {
  const { settings, allowPrivate, timeoutMs } = destination;
  const shared = new SharedConnection<Open>({
    open: (onLost) => open(destination, credentials, onLost),
    destroy: ({ connection }) => void connection.close().catch(() => undefined),
    isAnswer: (error) => answerTo(error) !== null,
  });
  return {
    send: async (message, signal) => {
      try {
        if (!allowPrivate) assertPublicHost(new URL(settings.url));
        const subject = filledIn(settings.subject, message.about);
        const { duplicate } = await shared.use(signal, ({ client }) =>
          client.publish(subject, message.text, {
            msgID: message.id,
            headers: headersOf(message),
            timeout: timeoutMs,
          }),
        );
        return { outcome: 'done', answer: duplicate ? 'has it already' : 'stored' };
      } catch (error) {
        return failureOf(error);
      }
    },
    close: () => Promise.resolve(shared.close()),
  };
};

async function open(
  { settings: { url, ca }, allowPrivate }: DestinationOf<'nats'>,
  credentials: string | null,
  onLost: () => void,
): Promise<Open> {
  const { protocol, hostname, port, username } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = await addressOf(host, allowPrivate);
  const tls = { servername: host, ...(ca !== null && { ca }) };
  const connection = await connect({
    servers: `${isIPv6(address) ? `[${address}]` : address}:${port || DEFAULT_PORT}`,
    ...authentication(decodeURIComponent(username), credentials),
    tls: protocol === 'tls:' ? tls : null,
    name: 'lockstep',
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    // Other servers of a cluster tell addresses that nobody checked.
    ignoreClusterUpdates: true,
    // A lost connection is opened again by the next message.
    reconnect: false,
    maxReconnectAttempts: 0,
  });
  connection.closed().then(onLost, onLost);
  return { connection, client: jetstream(connection) };
}

const CREDENTIALS_FILE = '-----BEGIN NATS USER JWT-----';

/** With a user: the password; without one: a credentials file, or a token. */
function authentication(user: string, credentials: string | null): ConnectionOptions {
  if (credentials === null) return user === '' ? {} : { user };
  if (credentials.includes(CREDENTIALS_FILE))
    return { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) };
  return user === '' ? { token: credentials } : { user, pass: credentials };
}

function headersOf({ about: { order, type, version, sequence } }: Message) {
  const all = headers();
  all.set('Lockstep-Order', order);
  all.set('Lockstep-Type', type);
  all.set('Lockstep-Version', String(version));
  if (sequence !== null) all.set('Lockstep-Sequence', String(sequence));
  return all;
}

/** What an error says about one message; null: it is not an answer of the server. */
function answerTo(error: unknown): Answer | null {
  if (error instanceof JetStreamApiError) {
    const code = error.code;
    const [outcome, because] = API_ERRORS[code] ?? ['away', `JetStream cannot store it (${code})`];
    return outcome === 'busy'
      ? { outcome, answer: String(code), because, afterMs: null }
      : { outcome, answer: String(code), because };
  }
  // The client does not export the class.
  if (error instanceof Error && error.name === 'JetStreamNotEnabled')
    return {
      outcome: 'refused',
      answer: 'no stream',
      because: 'no stream takes this subject, or JetStream is down',
    };
  // The client knows the limit of the server.
  if (error instanceof errors.InvalidArgumentError)
    return {
      outcome: 'refused',
      answer: 'too large',
      because: 'the message is larger than the server allows',
    };
  const denied = error instanceof errors.RequestError ? error.cause : error;
  if (denied instanceof errors.PermissionViolationError)
    return { outcome: 'away', answer: 'permission', because: 'the user may not publish to this subject' };
  return null;
}

function failureOf(error: unknown): Answer {
  const answer = answerTo(error);
  if (answer) return answer;
  const cause = error instanceof NotConnected ? error.cause : error;
  if (cause instanceof PrivateAddress)
    return { outcome: 'refused', answer: 'private address', because: cause.message };
  const code =
    codeOfError(cause) ?? codeOfError(causeOf(cause)) ?? (cause instanceof Error ? cause.name : 'no answer');
  if (!(error instanceof NotConnected))
    return { outcome: 'unknown', answer: code, because: `the connection broke: ${code}` };
  const isDenied = [cause, causeOf(cause)].some((each) => each instanceof errors.AuthorizationError);
  const because = isDenied ? 'it does not accept the user or the credentials' : whyUnreachable(code);
  return { outcome: 'away', answer: code, because };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
