import { Agent, request } from 'node:http';
import type { Delivery } from '../deliveries/life.ts';
import { signedHeaders } from '../deliveries/signed.ts';

/**
 * Sends webhooks by Shopify's rules: only 2xx is success; redirects are not followed; 1 s to connect and 5 s
 * in all; then 8 retries over 4 hours, each wait twice the last one, with the same webhook id, body and
 * signature. A webhook that failed nine times is given up. Subscriptions are never deleted. Attempts run
 * concurrently, so webhooks may arrive in another order than they were sent: as with Shopify.
 */
export interface PostmanOptions {
  secret: string;
  /**
   * 1 waits 4 hours in all, 0.001 waits 14 s. Deadlines are not scaled: with 5 ms every receiver would fail.
   */
  timeScale: number;
  /** Attempts at the same time, at most. */
  connections: number;
  deadlines: { connectMs: number; totalMs: number };
  /** Called after every attempt. */
  onAttempt: (attempt: Attempt) => void;
}

export interface Attempt {
  shop: string;
  topic: string;
  webhookId: string;
  /** 1 is the first, 9 the last. */
  nth: number;
  /** The status of the answer; null if there was none in time. */
  status: number | null;
}

/** What happened to a shop's webhooks. */
export interface Tally {
  attempts: number;
  delivered: number;
  retried: number;
  givenUp: number;
}

const RETRIES = 8;
/** 1 + 2 + 4 + … + 128 = 255 of these make four hours. */
const FIRST_RETRY_MS = (4 * 3_600_000) / (2 ** RETRIES - 1);
/** If more than this are waiting, sellers must wait (see `room`): bodies are kept in memory. */
const ROOM = 2_000;

type Headers = Record<string, string>;

/** Takes a webhook. @returns the status of the answer; null if there was none in time */
export type Receive = (headers: Headers, body: Buffer) => Promise<number | null>;

interface Letter {
  delivery: Delivery;
  headers: Headers;
  tally: Tally;
  nth: number;
}

export class Postman {
  /** While it is null, no webhooks are sent. */
  #receive: Receive | null = null;
  readonly #options: PostmanOptions;
  readonly #agent: Agent;
  readonly #timers = new Set<NodeJS.Timeout>();
  #queue: Letter[] = [];
  #next = 0;
  #inFlight = 0;
  #stopped = false;
  #waiters: { holds: () => boolean; resolve: () => void }[] = [];

  constructor(options: PostmanOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  }

  /** Sends webhooks over HTTP from now on. */
  deliverTo(url: URL): void {
    const { deadlines } = this.#options;
    this.deliverInside((headers, body) => post(url, { headers, body }, this.#agent, deadlines));
  }

  /** Hands webhooks to a receiver in this process from now on. */
  deliverInside(receive: Receive): void {
    this.#receive = receive;
  }

  send(delivery: Delivery, tally: Tally): void {
    const headers = signedHeaders(delivery, this.#options.secret);
    this.#enqueue({ delivery, headers, tally, nth: 1 });
  }

  /** @param ms before scaling */
  sendLate(delivery: Delivery, tally: Tally, ms: number): void {
    this.#after(ms, () => this.send(delivery, tally));
  }

  /** Waits until every webhook has arrived or was given up. */
  settled(): Promise<void> {
    return this.#until(() => this.#waiting() + this.#inFlight + this.#timers.size === 0);
  }

  /** For callers that make many webhooks. */
  room(): Promise<void> {
    return this.#until(() => this.#waiting() < ROOM);
  }

  /** Discards waiting webhooks and those on their way. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    this.#next = 0;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#agent.destroy();
    this.#tellWaiters();
  }

  #waiting(): number {
    return this.#queue.length - this.#next;
  }

  #enqueue(letter: Letter): void {
    if (this.#stopped || !this.#receive) return;
    this.#queue.push(letter);
    this.#sendOn();
  }

  #sendOn(): void {
    while (this.#receive && this.#inFlight < this.#options.connections && this.#waiting() > 0) {
      const letter = this.#queue[this.#next] as Letter;
      this.#next += 1;
      this.#inFlight += 1;
      void this.#attempt(letter, this.#receive);
    }
    if (this.#next > ROOM || this.#waiting() === 0) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    this.#tellWaiters();
  }

  async #attempt(letter: Letter, receive: Receive): Promise<void> {
    const { delivery, headers, tally, nth } = letter;
    const status = await receive(headers, delivery.body);
    if (this.#stopped) return;
    tally.attempts += 1;
    const { shop, topic, webhookId } = delivery;
    this.#options.onAttempt({ shop, topic, webhookId, nth, status });
    if (status !== null && status >= 200 && status < 300) tally.delivered += 1;
    else this.#again(letter);
    this.#inFlight -= 1;
    this.#sendOn();
  }

  #again(letter: Letter): void {
    if (letter.nth > RETRIES) {
      letter.tally.givenUp += 1;
      return;
    }
    letter.tally.retried += 1;
    const ms = FIRST_RETRY_MS * 2 ** (letter.nth - 1);
    this.#after(ms, () => this.#enqueue({ ...letter, nth: letter.nth + 1 }));
  }

  #after(ms: number, act: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms * this.#options.timeScale);
    this.#timers.add(timer);
  }

  #until(holds: () => boolean): Promise<void> {
    if (this.#stopped || holds()) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ holds, resolve }));
  }

  #tellWaiters(): void {
    const ready = this.#waiters.filter(({ holds }) => this.#stopped || holds());
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const { resolve } of ready) resolve();
  }
}

/** @returns the status; null if there was no answer in time */
function post(
  url: URL,
  { headers, body }: { headers: Headers; body: Buffer },
  agent: Agent,
  { connectMs, totalMs }: PostmanOptions['deadlines'],
): Promise<number | null> {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', headers, agent });
    const total = setTimeout(() => sent.destroy(), totalMs);
    let connect: NodeJS.Timeout | undefined;
    const end = (status: number | null) => {
      clearTimeout(total);
      clearTimeout(connect);
      resolve(status);
    };
    sent.on('socket', (socket) => {
      if (!socket.connecting) return;
      connect = setTimeout(() => sent.destroy(), connectMs);
      socket.once('connect', () => clearTimeout(connect));
    });
    sent.on('error', () => end(null));
    sent.on('response', (response) => {
      response.resume();
      response.on('error', () => end(null));
      response.on('end', () => end(response.statusCode ?? null));
      response.on('close', () => end(null));
    });
    sent.on('close', () => end(null));
    sent.end(body);
  });
}
