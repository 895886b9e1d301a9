import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Response } from 'express';
import { Download } from '../../src/operate/api/download.ts';

const PIECES = 1000;

/** A client that takes pieces only while it reads. */
function client() {
  const taken: string[] = [];
  let isReading = false;
  let held: (() => void) | null = null;
  const stream = new Writable({
    highWaterMark: 1,
    write: (piece: Buffer, _encoding, done) => {
      taken.push(piece.toString());
      if (isReading) setTimeout(done);
      else held = done;
    },
  });
  const response = Object.assign(stream, { set: () => response }) as unknown as Response;
  const read = () => {
    isReading = true;
    held?.();
  };
  return { response, taken, read };
}

function download(failAt = Infinity) {
  const stopping = new AbortController();
  const made = { pieces: 0 };
  async function* text() {
    for (let i = 0; i < PIECES; i += 1) {
      if (i === failAt) throw new Error('MongoDB is down');
      made.pieces += 1;
      yield await Promise.resolve(`piece ${i}\n`);
    }
  }
  const given = { type: 'text/csv', name: 'x.csv', text: text(), did: '', stopping: stopping.signal };
  return { download: new Download(given), made, stopping };
}

const signedIn = () => Promise.resolve({});

describe('a download', () => {
  test('reads no more than its client takes', async () => {
    const { download: given, made } = download();
    const { response, taken, read } = client();
    const sent = given.send(response, signedIn);
    for (let i = 0; i < 100; i += 1) await setImmediate();
    expect(made.pieces).toBeLessThan(6);
    read();
    await sent;
    expect(taken).toHaveLength(PIECES);
  });

  test('is cut if it cannot be finished', async () => {
    const { download: given } = download(3);
    const { response, read } = client();
    read();
    await expect(given.send(response, signedIn)).rejects.toThrow('MongoDB is down');
    expect({ cut: response.destroyed, ended: response.writableFinished }).toEqual({
      cut: true,
      ended: false,
    });
  });

  test('is cut when its token ends', async () => {
    const { download: given, made } = download();
    const { response, read } = client();
    read();
    let asked = 0;
    const whoIs = () => Promise.resolve((asked += 1) < 5 ? {} : null);
    await expect(given.send(response, whoIs)).rejects.toThrow('revoked');
    expect(response.destroyed).toBe(true);
    expect(made.pieces).toBeLessThan(10);
  });

  test.each(['the program stops', 'the client leaves'])(
    'is cut when %s, which is not an error',
    async (who) => {
      const { download: given, stopping, made } = download();
      const { response } = client();
      const sent = given.send(response, signedIn);
      await setImmediate();
      if (who === 'the client leaves') response.destroy();
      else stopping.abort();
      await sent;
      expect(response.destroyed).toBe(true);
      expect(made.pieces).toBeLessThan(6);
    },
  );
});
