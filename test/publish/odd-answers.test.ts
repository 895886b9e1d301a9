import { createServer, type RequestListener } from 'node:http';
import { createServer as createTls } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openHttpSink } from '../../src/publish/sinks/http-sink.ts';
import type { Answer } from '../../src/publish/sinks/sink.ts';
import { httpDestinationOf, messageOf, NO_SECRETS } from './publishing.ts';

/** Answers that no well-behaved server gives: each has an end, and a sentence that says what happened. */
describe('odd answers', () => {
  let server: Server;
  afterEach(async () => {
    if ('closeAllConnections' in server)
      (server as unknown as { closeAllConnections: () => void }).closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const listening = async (made: Server, scheme = 'http'): Promise<string> => {
    server = made;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  const serving = (listener: RequestListener) => listening(createServer(listener));

  const sent = async (url: string, text = '{}'): Promise<Answer> => {
    const sink = openHttpSink(httpDestinationOf({ url, timeoutMs: 500 }), NO_SECRETS);
    try {
      return await sink.send(messageOf(text), AbortSignal.timeout(1000));
    } finally {
      await sink.close();
    }
  };

  test('a body of 100 MB is not read', async () => {
    let written = 0;
    const url = await serving((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const write = () => {
        while (written < 100_000_000) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    expect(await sent(url)).toEqual({ outcome: 'done', answer: '200' });
    expect(written).toBeLessThan(20_000_000);
  });

  test('a body that never ends is not waited for', async () => {
    const url = await serving((_request, response) => void response.write('a'));
    expect(await sent(url)).toMatchObject({ outcome: 'done', answer: '200' });
  });

  test('headers that never end', async () => {
    const url = await listening(
      createTcp((socket) => {
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('x-more: 1\r\n'), 50);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    expect(await sent(url)).toMatchObject({ outcome: 'unknown', because: 'it did not answer in time' });
  });

  test.each([
    ['something that is not HTTP', 'SSH-2.0-OpenSSH_9\r\n', 'HTTPParserError'],
    ['nothing', '', 'UND_ERR_SOCKET'],
  ])('it answers %s, and closes', async (_, answer, code) => {
    const url = await listening(createTcp((socket) => void socket.once('data', () => socket.end(answer))));
    expect(await sent(url)).toMatchObject({ outcome: 'unknown', answer: code });
  });

  test('a certificate that nobody signed', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-tls-'));
    const [key, cert] = [path.join(folder, 'key'), path.join(folder, 'cert')];
    const subject = ['-subj', '/CN=127.0.0.1', '-days', '1'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject];
    execFileSync('openssl', made, { stdio: 'ignore' });
    const options = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(folder, { recursive: true });
    const url = await listening(
      createTls(options, (_request, response) => response.end()),
      'https',
    );
    const answer = await sent(url);
    expect(answer).toMatchObject({ outcome: 'away', because: expect.stringContaining('certificate') });
  });

  test('a message of 20 MB arrives whole', async () => {
    let bytes = 0;
    const url = await serving((request, response) => {
      request.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => response.end());
    });
    expect(await sent(url, 'x'.repeat(20_000_000))).toMatchObject({ outcome: 'done' });
    expect(bytes).toBe(20_000_000);
  });
});
