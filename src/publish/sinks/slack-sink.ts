import { readJson } from '../../order/lossless-json.ts';
import type { Message } from '../messages.ts';
import { HttpClient } from './http-client.ts';
import type { Answer, OpenSink } from './sink.ts';

/**
 * A line of text in a channel, by an incoming webhook of Slack, or of a system that takes the same (Mattermost,
 * Rocket.Chat). The address is a secret: anyone who has it can write to the channel. A message that is sent twice is there
 * twice. The line has the order's name and status, and nothing about the customer; a transformation may say more.
 *
 * | outcome | means |
 * | ------- | ----- |
 * | done    | it answered 2xx |
 * | refused | it does not accept this text, or the transformation makes none |
 * | away    | it cannot be reached, the address is not valid any more, or it has an error of its own; 403, 404, 5xx |
 * | busy    | it asks for a pause (429) |
 * | gone    | the channel is archived (410): the destination is paused |
 * | unknown | the connection broke, or the time was over, before the answer |
 */
const INVALID_ADDRESS: ReadonlySet<string> = new Set(['401', '403', '404']);

/** Slack takes 40,000 characters of text; formatted blocks need more bytes than their text. */
const MOST_BYTES = 100_000;

export const openSlackSink: OpenSink<'slack'> = (destination, { credentials }) => {
  const client = new HttpClient(destination, destination.settings.ca);
  return {
    send: async (message, signal) => {
      if (credentials === null) return NO_ADDRESS;
      const body =
        destination.transform === null ? JSON.stringify({ text: lineOf(message) }) : ofResult(message);
      if (body === null) return NOTHING_TO_SAY;
      if (Buffer.byteLength(body) > MOST_BYTES) return TOO_LARGE;
      const headers = { 'content-type': 'application/json', 'user-agent': 'Lockstep' };
      const answer = await client.post(credentials, { headers, body, signal });
      if (answer.outcome !== 'refused' || !INVALID_ADDRESS.has(answer.answer)) return answer;
      const because = `it answered ${answer.answer}: the webhook was removed, or may not write to its channel`;
      return { outcome: 'away', answer: answer.answer, because };
    },
    close: () => client.close(),
  };
};

const NO_ADDRESS: Answer = {
  outcome: 'away',
  answer: 'no address',
  because: 'the address of the webhook is missing: it belongs in `credentials`',
};
const NOTHING_TO_SAY: Answer = {
  outcome: 'refused',
  answer: 'no text',
  because: 'the transformation yields neither a text nor an object',
};
const TOO_LARGE: Answer = {
  outcome: 'refused',
  answer: 'too large',
  because: `the message is larger than ${MOST_BYTES} bytes`,
};

/** The result of a transformation: a text, or the whole message as the webhook takes it (`text`, `blocks`, …). */
function ofResult({ text }: Message): string | null {
  if (text.startsWith('"')) return `{"text":${text}}`;
  return text.startsWith('{') ? text : null;
}

/** `*#1001* of example.myshopify.com: paid -> shipped (fulfillments/create)` */
function lineOf({ text, about: { name, orderId, order, shop, type, status } }: Message): string {
  const from = movedFrom(text);
  const is = words(status);
  return `*${escaped(name ?? orderId ?? order)}* of ${shop}: ${from === null ? is : `${words(from)} -> ${is}`} (${type})`;
}

function movedFrom(text: string): string | null {
  const json = readJson(Buffer.from(text));
  const { moved } = (json.ok ? json.value : {}) as { moved?: { from: string | null } | null };
  return moved?.from ?? null;
}

function words(status: string): string {
  return status.replaceAll('_', ' ');
}

/** Slack's own characters; an order's name is the merchant's text. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
