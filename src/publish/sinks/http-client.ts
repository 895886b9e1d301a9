import { Agent, request, type Dispatcher } from 'undici';
import type { DestinationDocument } from '../../persist/destination-schema.ts';
import { codeOfError } from './error-code.ts';
import { assertPublicHost, lookupPublic, PrivateAddress } from './public-address.ts';
import type { Answer } from './sink.ts';

/** An answer is read up to here, so that the connection can be used again; the rest is not waited for. */
const MOST_ANSWER_BYTES = 64 * 1024;
const CONNECT_MS = 5000;
const KEEP_ALIVE_MS = 10_000;

/** Errors after which the message was certainly not received. */
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO/;

interface RequestParts extends Pick<Dispatcher.RequestOptions, 'method'> {
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/**
 * Requests to one destination, over connections that only reach addresses it may have. Redirects are not followed: they
 * could lead into a private network.
 */
export class HttpClient {
  readonly #agent: Agent;
  readonly #allowPrivate: boolean;

  /** @param ca the certificate of an authority of its own; null: those that Node knows */
  constructor(
    {
      allowPrivate,
      timeoutMs,
      concurrency,
    }: Pick<DestinationDocument, 'allowPrivate' | 'timeoutMs' | 'concurrency'>,
    ca: string | null = null,
  ) {
    this.#allowPrivate = allowPrivate;
    this.#agent = new Agent({
      connections: concurrency,
      connect: {
        timeout: CONNECT_MS,
        ...(!allowPrivate && { lookup: lookupPublic }),
        ...(ca !== null && { ca }),
      },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: -1,
    });
  }

  /** @throws PrivateAddress, or an error of the connection: failureOf() has words for it */
  async ask(address: string, options: RequestParts): Promise<Dispatcher.ResponseData> {
    const answer = await this.#request(address, options);
    await dump(answer.body);
    return answer;
  }

  async #request(address: string, options: RequestParts): Promise<Dispatcher.ResponseData> {
    const to = new URL(address);
    if (!this.#allowPrivate) assertPublicHost(to);
    return await request(to, { ...options, dispatcher: this.#agent });
  }

  /** The text of an answer; null: it is larger than allowed. @throws as `ask` does */
  async read(
    address: string,
    parts: Omit<RequestParts, 'method' | 'body'>,
    mostBytes: number,
  ): Promise<{ status: number; text: string | null }> {
    const { statusCode: status, body } = await this.#request(address, { ...parts, method: 'GET' });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Leaving the loop closes the connection.
      if (bytes > mostBytes) return { status, text: null };
      chunks.push(chunk);
    }
    return { status, text: Buffer.concat(chunks).toString() };
  }

  /** One message, and what its answer means. It never throws. */
  async post(address: string, parts: Omit<RequestParts, 'method'>): Promise<Answer> {
    try {
      const answer = await this.ask(address, { ...parts, method: 'POST' });
      return answerOf(answer.statusCode, answer.headers['retry-after']);
    } catch (error) {
      return failureOf(error);
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** Reads the answer, so that its connection can be used again. A large or endless one is cut. */
async function dump(body: Dispatcher.ResponseData['body']): Promise<void> {
  await body.dump({ limit: MOST_ANSWER_BYTES }).catch(() => undefined);
}

function answerOf(status: number, retryAfter: string | string[] | undefined): Answer {
  const answer = String(status);
  if (status >= 200 && status < 300) return { outcome: 'done', answer };
  if (status === 410) return { outcome: 'gone', answer, because: 'it answered 410: no more messages' };
  if (status === 429 || status === 503)
    return { outcome: 'busy', answer, because: `it answered ${status}`, afterMs: pauseIn(retryAfter) };
  if (status >= 500) return { outcome: 'away', answer, because: `it answered ${status}` };
  const isRedirect = status >= 300 && status < 400;
  const because = isRedirect ? `it answered ${status}: redirects are not followed` : `it answered ${status}`;
  return { outcome: 'refused', answer, because };
}

/** Longer than a day is not believed. */
const LONGEST_PAUSE_MS = 86_400_000;

/** `Retry-After`: seconds or a date. */
function pauseIn(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), LONGEST_PAUSE_MS);
}

/** Why a request failed, in words. */
export function failureOf(error: unknown): Answer {
  if (error instanceof PrivateAddress || causeOf(error) instanceof PrivateAddress)
    return { outcome: 'refused', answer: 'private address', because: new PrivateAddress().message };
  const code = codeOfError(error) ?? codeOfError(causeOf(error)) ?? nameOf(error);
  if (NOT_SENT.test(code)) return { outcome: 'away', answer: code, because: `it cannot be reached: ${code}` };
  if (CERTIFICATE.test(code))
    return { outcome: 'away', answer: code, because: `its certificate is not accepted: ${code}` };
  return { outcome: 'unknown', answer: code, because: WORDS[code] ?? `the connection broke: ${code}` };
}

const TIMED_OUT = 'it did not answer in time';
const WORDS: Readonly<Record<string, string>> = {
  ABORT_ERR: TIMED_OUT,
  TIMEOUT: TIMED_OUT,
  UND_ERR_ABORTED: TIMED_OUT,
  UND_ERR_HEADERS_TIMEOUT: TIMED_OUT,
  UND_ERR_BODY_TIMEOUT: TIMED_OUT,
};

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'no answer';
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
