import { duplexPair } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { serveWire, type RoundTrip } from '../../testkit/local/mongo-wire.ts';

/** A message with a header: length, id, the id that it answers (0), and OP_MSG. */
function messageOf(id: number, text: string): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + text.length, 0);
  head.writeInt32LE(id, 4);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** Answers with the text of the message; the first message takes longest. */
const echo: RoundTrip = async (message) => {
  const requestId = message.readInt32LE(4);
  if (requestId === 1) await sleep(5);
  return { requestId, moreToCome: false, legacy: false, response: message.subarray(16) };
};

async function answersTo(chunks: Buffer[], bytes: number, roundTrip = echo): Promise<Buffer> {
  const [client, server] = duplexPair();
  serveWire(server, roundTrip);
  const answered: Buffer[] = [];
  for (const chunk of chunks) {
    client.write(chunk);
    await new Promise(setImmediate);
  }
  for await (const answer of client) {
    answered.push(answer as Buffer);
    if (Buffer.concat(answered).length >= bytes) break;
  }
  return Buffer.concat(answered);
}

describe("the embedded engine's listener", () => {
  const texts = ['first', '', 'the third'];
  const sent = Buffer.concat(texts.map((text, i) => messageOf(i + 1, text)));
  /** A head of 21 bytes each: length, id, the id that it answers, OP_MSG, flags and kind of section. */
  const expected = Buffer.concat(
    texts.map((text, i) => {
      const head = Buffer.alloc(21);
      head.writeInt32LE(21 + text.length, 0);
      head.writeInt32LE(i + 1, 4);
      head.writeInt32LE(i + 1, 8);
      head.writeInt32LE(2013, 12);
      return Buffer.concat([head, Buffer.from(text)]);
    }),
  );

  test('answers in the sequence of the messages, wherever they are cut', async () => {
    for (let cut = 1; cut < sent.length; cut += 1)
      expect(await answersTo([sent.subarray(0, cut), sent.subarray(cut)], expected.length)).toEqual(expected);
    const bytes = Array.from(sent, (byte) => Buffer.from([byte]));
    expect(await answersTo(bytes, expected.length)).toEqual(expected);
    expect(await answersTo([sent], expected.length)).toEqual(expected);
  });

  test('answers an OP_QUERY with an OP_REPLY that has one document', async () => {
    const legacy: RoundTrip = async (message) => ({ ...(await echo(message)), legacy: true });
    const reply = await answersTo([messageOf(7, 'hello')], 41, legacy);
    expect([reply.length, reply.readInt32LE(8), reply.readInt32LE(12), reply.readInt32LE(32)]).toEqual([
      41, 7, 1, 1,
    ]);
    expect(reply.toString('latin1', 36)).toBe('hello');
  });

  test('closes the connection if the engine fails', async () => {
    const [client, server] = duplexPair();
    server.on('error', () => undefined);
    serveWire(server, () => Promise.reject(new Error('closed')));
    client.write(sent);
    const closed = new Promise((resolve) => client.once('close', resolve).once('end', resolve));
    client.resume();
    await closed;
    expect(server.destroyed).toBe(true);
  });
});
