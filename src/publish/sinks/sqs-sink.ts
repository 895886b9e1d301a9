import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SendMessageCommand, SQSClient, SQSServiceException } from '@aws-sdk/client-sqs';
import type { Message } from '../messages.ts';
import { codeOfError, whyUnreachable } from './error-code.ts';
import { assertPublicHost, lookupPublic, PrivateAddress } from './public-address.ts';
import type { Answer, DestinationOf, OpenSink } from './sink.ts';

/**
 * Messages to a FIFO queue of Amazon SQS; each order is a message group, so its messages are received in sequence. A
 * message that is sent twice within five minutes is stored once: its deduplication id is the id of the effect.
 *
 * | outcome | means |
 * | ------- | ----- |
 * | done    | the queue has it, now or from before |
 * | refused | it is larger than the queue takes, or has characters that SQS does not store |
 * | away    | it cannot be reached, no such queue, wrong credentials, no permission; nothing is stored |
 * | busy    | too many requests; nothing is stored |
 * | unknown | the connection broke, or the time was over, before the answer |
 */
const OUTCOMES: Readonly<Record<string, readonly ['away' | 'busy' | 'refused', string]>> = {
  InvalidMessageContents: ['refused', 'the message has characters that SQS does not store'],
  InvalidParameterValue: ['refused', 'the message is larger than the queue allows'],
  QueueDoesNotExist: ['away', 'the queue does not exist'],
  AccessDenied: ['away', 'the user may not send messages to the queue'],
  AccessDeniedException: ['away', 'the user may not send messages to the queue'],
  InvalidClientTokenId: ['away', 'it does not accept the access key or the credentials'],
  UnrecognizedClientException: ['away', 'it does not accept the access key or the credentials'],
  SignatureDoesNotMatch: ['away', 'it does not accept the credentials'],
  RequestThrottled: ['busy', 'it gets too many requests'],
  ThrottlingException: ['busy', 'it gets too many requests'],
  OverLimit: ['busy', 'a limit of the queue is reached'],
  KmsThrottled: ['busy', 'the service that encrypts the queue gets too many requests'],
};

/** SQS takes 1 MiB: text and attributes. */
const MOST_BYTES = 1024 * 1024;
const CONNECT_MS = 5000;

/** Errors after which the message was certainly not received. */
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO/;
/** The client has no code for it. */
const NOT_CONNECTED = /without establishing a connection/;

export const openSqsSink: OpenSink<'sqs'> = (destination, { credentials }) => {
  const { settings, allowPrivate } = destination;
  const client = credentials === null ? null : clientOf(destination, credentials);
  return {
    send: async (message, signal) => {
      if (!client) return NO_CREDENTIALS;
      const sent = inputOf(message, settings.url);
      if (sizeOf(sent) > MOST_BYTES) return TOO_LARGE;
      try {
        if (!allowPrivate) assertPublicHost(new URL(settings.url));
        const stored = await client.send(new SendMessageCommand(sent), { abortSignal: signal });
        return { outcome: 'done', answer: stored.SequenceNumber ?? 'stored' };
      } catch (error) {
        return failureOf(signal.aborted ? signal.reason : error);
      }
    },
    close: () => Promise.resolve(client?.destroy()),
  };
};

function clientOf(
  { settings: { url, region, accessKeyId, ca }, allowPrivate, timeoutMs, concurrency }: DestinationOf<'sqs'>,
  secretAccessKey: string,
): SQSClient {
  const connections = {
    keepAlive: true,
    maxSockets: concurrency,
    ...(!allowPrivate && { lookup: lookupPublic }),
    ...(ca !== null && { ca }),
  };
  return new SQSClient({
    region,
    // Otherwise it could come from the environment.
    endpoint: new URL(url).origin,
    credentials: { accessKeyId, secretAccessKey },
    // The schedule repeats.
    maxAttempts: 1,
    requestHandler: {
      httpAgent: new HttpAgent(connections),
      httpsAgent: new HttpsAgent(connections),
      connectionTimeout: CONNECT_MS,
      requestTimeout: timeoutMs,
    },
  });
}

const attribute = (value: string | number) => ({
  DataType: typeof value === 'number' ? 'Number' : 'String',
  StringValue: String(value),
});

function inputOf({ id, text, about: { order, shop, type, version, sequence } }: Message, url: string) {
  const attributes = { id, type, order, shop, version, ...(sequence !== null && { sequence }) };
  return {
    QueueUrl: url,
    MessageBody: text,
    // A group has 128 letters and digits at most.
    MessageGroupId: createHash('sha256').update(order).digest('hex'),
    MessageDeduplicationId: id,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, attribute(value)]),
    ),
  };
}

function sizeOf({ MessageBody, MessageAttributes }: ReturnType<typeof inputOf>): number {
  const parts = Object.entries(MessageAttributes).flatMap(([name, { DataType, StringValue }]) => [
    name,
    DataType,
    StringValue,
  ]);
  return [MessageBody, ...parts].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

const NO_CREDENTIALS: Answer = {
  outcome: 'away',
  answer: 'no credentials',
  because: 'the secret access key is missing: it belongs in `credentials`',
};
const TOO_LARGE: Answer = {
  outcome: 'refused',
  answer: 'too large',
  because: `the message, with its attributes, is larger than ${MOST_BYTES} bytes`,
};

function failureOf(error: unknown): Answer {
  if (error instanceof PrivateAddress)
    return { outcome: 'refused', answer: 'private address', because: error.message };
  if (error instanceof SQSServiceException) return answerOf(error);
  const code = codeOfError(error) ?? (error instanceof Error ? error.name : 'no answer');
  const isNotSent = NOT_SENT.test(code) || CERTIFICATE.test(code) || NOT_CONNECTED.test(String(error));
  return isNotSent
    ? { outcome: 'away', answer: code, because: whyUnreachable(code) }
    : { outcome: 'unknown', answer: code, because: `the connection broke: ${code}` };
}

/** Some names have the one of the service before them. */
const PREFIX = /^AWS\.SimpleQueueService\./;

/** Messages of SQS may quote parameters, so only the name is shown. */
function answerOf({ name, $metadata: { httpStatusCode } }: SQSServiceException): Answer {
  const answer = name.replace(PREFIX, '').slice(0, 80);
  const isBusy = httpStatusCode === 429 || httpStatusCode === 503;
  const row = OUTCOMES[answer] ?? ([isBusy ? 'busy' : 'away', `it answered ${answer}`] as const);
  const [outcome, because] = row;
  return outcome === 'busy' ? { outcome, answer, because, afterMs: null } : { outcome, answer, because };
}
