import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { endpoint, object, type ObjectContext } from '@restatedev/restate-sdk';
import { applyWebhook } from './apply.ts';
import { BUSY_RETRY_MS, type Ground, type Rival } from './rival.ts';
import type { RivalStore } from './store.ts';
import { webhookOf, type Webhook } from './webhook.ts';

const OBJECT = 'order';

/** How its server is started. */
export const RESTATE_SETTINGS: Readonly<Record<string, string>> = { RESTATE_DEFAULT_NUM_PARTITIONS: '4' };

/**
 * Restate 1.7 with a virtual object per order, on the server of its npm package. The server stores a call, flushes its
 * log, and answers; it makes the calls of an object one at a time, in the sequence of their arrival, also after a
 * failure. It drops a call with a known idempotency key: the webhook id. The write to MongoDB is a journaled step, as
 * the documentation asks of everything outside Restate.
 *
 * The server sends calls to one address, with at most 128 on a connection, so several workers need a load balancer. On
 * one machine that is the kernel: all workers listen on the same port. If a worker is killed, the server makes its
 * calls again to another.
 */
export const restate: Rival = {
  about: 'Restate, a virtual object for each order',
  waitsIn: 'Restate',
  accept: async ({ urlOf }) => {
    const { ingress } = addressesOf(urlOf);
    return async (arrival) => {
      const webhook = webhookOf(arrival);
      const call = `${ingress}/${OBJECT}/${encodeURIComponent(webhook.order)}/apply/send`;
      const { status } = await post(call, webhook, { 'idempotency-key': arrival.webhookId });
      return status === 'PreviouslyAccepted' ? 'duplicate' : 'accepted';
    };
  },
  work: async (ground) => {
    const { admin, workers } = addressesOf(ground.urlOf);
    const order = orderObject(await ground.store(), ground);
    const log = endpoint().setLogger((_, ...said) => ground.log.debug({ said }, 'restate'));
    const server = createServer(log.bind(order).http2Handler());
    const close = closerOf(server);
    const { hostname, port } = new URL(workers);
    server.listen({ host: hostname, port: Number(port), reusePort: true });
    await once(server, 'listening');
    await post(`${admin}/deployments`, { uri: workers });
    return { close };
  },
};

function orderObject(store: RivalStore, { dedupeTtlSeconds }: Ground) {
  const apply = async (context: ObjectContext, webhook: Webhook) => {
    await context.run('apply', () => applyWebhook(webhook, store));
  };
  return object({
    name: OBJECT,
    handlers: { apply },
    options: {
      idempotencyRetention: { seconds: dedupeTtlSeconds },
      retryPolicy: { initialInterval: BUSY_RETRY_MS, exponentiationFactor: 1, maxAttempts: 1_000_000 },
    },
  });
}

/** Node's server would wait for connections, which Restate keeps open. */
function closerOf(server: Http2Server): () => Promise<void> {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return async () => {
    const closed = once(server, 'close');
    server.close();
    for (const session of sessions) session.close();
    await closed;
  };
}

function addressesOf(urlOf: Ground['urlOf']) {
  const [ingress = '', admin = '', workers = ''] = urlOf('Restate').split(',');
  return { ingress, admin, workers };
}

async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status?: string }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`Restate answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { status?: string };
}
