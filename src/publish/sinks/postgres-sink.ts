import type { Socket } from 'node:net';
import { Pool, type PoolClient } from 'pg';
import { messageOf } from '../../system/errors.ts';
import { within } from '../../system/within.ts';
import type { Message } from '../messages.ts';
import { codeOfError, whyUnreachable } from './error-code.ts';
import { orAborted } from './or-aborted.ts';
import { prepareTable, upsertInto, WrongTable } from './postgres-table.ts';
import { assertPublicHost, PrivateAddress, tcpSocket } from './public-address.ts';
import type { Answer, DestinationOf, OpenSink } from './sink.ts';

/**
 * One row for each order, as of its newest version: exactly once, whatever happens. A message that is sent again, or
 * that is older than the row, changes nothing, so an answer that never came does no harm.
 *
 * | outcome | means |
 * | ------- | ----- |
 * | done    | the row has this version, or a newer one |
 * | refused | PostgreSQL does not accept these values (class 22, 23, 54, an exception of a trigger), or it is too large |
 * | away    | no connection, no such database, wrong credentials, no permission, another table; nothing is stored |
 * | busy    | too many connections, a deadlock, a lock that was not free: nothing is stored |
 * | unknown | the connection broke, or the time was over, after the statement was sent |
 */
const OUTCOMES: readonly (readonly [state: string, outcome: 'away' | 'busy' | 'refused', because: string])[] =
  [
    ['22', 'refused', 'PostgreSQL cannot store a value of this message'],
    ['23', 'refused', 'a constraint of the table refuses this message'],
    ['54', 'refused', 'the message is beyond a limit of PostgreSQL'],
    ['P0', 'refused', 'a trigger of the table refuses this message'],
    ['28', 'away', 'it does not accept the user or the credentials'],
    ['3D', 'away', 'the database does not exist'],
    ['3F', 'away', 'the schema does not exist'],
    ['25', 'away', 'it is read-only'],
    ['42501', 'away', 'the user may not write to the table, or not make it'],
    ['42', 'away', 'the table is not as it is needed'],
    ['53300', 'busy', 'it has too many connections'],
    ['53', 'away', 'it lacks disk space or memory'],
    ['40', 'busy', 'another transaction was in the way'],
    ['55', 'busy', 'another transaction was in the way'],
    ['57014', 'busy', 'it cancelled the statement'],
    ['57', 'away', 'it is starting, or shutting down'],
    ['58', 'away', 'it has an error of its system'],
    ['08', 'away', 'the connection failed'],
    ['', 'refused', 'PostgreSQL refuses this message'],
  ];

const CONNECT_MS = 5000;
const IDLE_MS = 10_000;
const CLOSE_MS = 2000;
/** PostgreSQL allows 100 connections by default, for all its clients. */
const MOST_CONNECTIONS = 20;
/** PostgreSQL keeps JSON up to 255 MB; building such a value takes several times its size in memory. */
const MOST_BYTES = 50 * 1024 * 1024;

export const openPostgresSink: OpenSink<'postgres'> = (destination, { credentials }) => {
  const { settings, allowPrivate, transform } = destination;
  const sockets = new Set<Socket>();
  const pool = poolOf(destination, credentials, sockets);
  const statement = upsertInto(settings.table, transform !== null);
  /** The check of the table; it is done again after it failed. */
  let prepared: Promise<void> | null = null;
  const prepare = (client: PoolClient) => {
    prepared ??= prepareTable(client, settings.table).catch((error: unknown) => {
      prepared = null;
      throw error;
    });
    return prepared;
  };
  return {
    send: async (message, signal) => {
      if (Buffer.byteLength(message.text) > MOST_BYTES) return TOO_LARGE;
      const attempt = { isSent: false };
      try {
        if (!allowPrivate) assertPublicHost(new URL(settings.url));
        const stored = await withClient(pool, signal, async (client) => {
          await prepare(client);
          attempt.isSent = true;
          return await client.query(statement, valuesOf(message));
        });
        return { outcome: 'done', answer: stored.rowCount === 0 ? 'has it already' : 'stored' };
      } catch (error) {
        // The table may have been dropped, or changed, since it was checked.
        if (codeOfError(error)?.startsWith('42')) prepared = null;
        return failureOf(error, attempt.isSent);
      }
    },
    close: async () => {
      await within(pool.end(), CLOSE_MS).catch(() => undefined);
      for (const socket of sockets) socket.destroy();
    },
  };
};

/** Connections that only reach addresses that the destination may have. */
export function poolOf(
  { settings: { url, tls, ca }, allowPrivate, concurrency }: DestinationOf<'postgres'>,
  credentials: string | null,
  sockets: Set<Socket>,
): Pool {
  const { hostname, port, username, pathname } = new URL(url);
  const pool = new Pool({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    // Without a function, the client looks for a password in the environment and in the home folder.
    password: () => credentials ?? '',
    ssl: tls && { ...(ca !== null && { ca }) },
    options: '',
    application_name: 'lockstep',
    max: Math.min(concurrency, MOST_CONNECTIONS),
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    stream: () => {
      const socket = tcpSocket(allowPrivate);
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  });
  // A connection that breaks while nobody uses it is replaced; one in use fails its statement.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A connection that was in use when the time was over is closed: its answer would be taken for that of the next. */
async function withClient<Result>(
  pool: Pool,
  signal: AbortSignal,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const client = await orAborted(pool.connect(), signal, (late) => late.release());
  let isBroken = true;
  try {
    const result = await orAborted(work(client), signal);
    isBroken = false;
    return result;
  } catch (error) {
    isBroken = stateOf(error) === null && !(error instanceof WrongTable);
    throw error;
  } finally {
    client.release(isBroken);
  }
}

/** In the order of the table's columns. */
function valuesOf({ id, text, about }: Message): unknown[] {
  const { order, shop, orderId, name, status, version, sequence, type, occurredAt } = about;
  return [order, shop, orderId, name, status, version, sequence, id, type, occurredAt, text];
}

const TOO_LARGE: Answer = {
  outcome: 'refused',
  answer: 'too large',
  because: `the message is larger than ${MOST_BYTES} bytes`,
};

/** PostgreSQL's SQLSTATE: five letters and digits. Errors of the network have longer codes. */
function stateOf(error: unknown): string | null {
  const code = codeOfError(error);
  return code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** Messages of PostgreSQL may quote values, so only the code is shown. */
function failureOf(error: unknown, isSent: boolean): Answer {
  if (error instanceof PrivateAddress)
    return { outcome: 'refused', answer: 'private address', because: error.message };
  if (error instanceof WrongTable)
    return { outcome: 'away', answer: 'another table', because: error.message };
  const state = stateOf(error);
  if (state !== null) return answerOf(state);
  const code = codeOfError(error) ?? 'no answer';
  if (isSent) return { outcome: 'unknown', answer: code, because: `the connection broke: ${code}` };
  const because = WORDS.find(([start]) => messageOf(error).startsWith(start))?.[1] ?? whyUnreachable(code);
  return { outcome: 'away', answer: code, because };
}

/** Errors that the client reports without a code, by the start of their messages. */
const WORDS = [
  ['SASL', 'it does not accept the user or the credentials'],
  ['The server does not support SSL', 'it does not offer TLS'],
] as const;

function answerOf(state: string): Answer {
  const [, outcome, words] = OUTCOMES.find(([prefix]) => state.startsWith(prefix))!;
  const because = `${words} (${state})`;
  return outcome === 'busy'
    ? { outcome, answer: state, because, afterMs: null }
    : { outcome, answer: state, because };
}
