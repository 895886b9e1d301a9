import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import express, { type RequestHandler, type Router } from 'express';
import { POLICIES, withPolicy } from './headers.ts';

/**
 * BullMQ's own view of the queues (bull-board), for whoever has to see the raw jobs. For reading only, by the server
 * and not just by hidden buttons: a job that is removed or promoted by hand would go past locks and audit.
 * Jobs hold the order's key and nothing else, so there is nothing in it that a viewer may not see.
 */
export function rawQueues(queues: readonly Queue[], place: string): Router {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(place);
  createBullBoard({
    queues: queues.map((queue, partition) => {
      // Every partition's queue has the same name; bull-board tells queues apart by it.
      const prefix = queues.length === 1 ? '' : `${partition}: `;
      return new BullMQAdapter(queue, { readOnlyMode: true, prefix });
    }),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Lockstep: raw jobs', hideRedisDetails: true } },
  });
  const router = express.Router();
  router.use(withPolicy(POLICIES.foreignPage()), (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    response.status(405).set('allow', 'GET, HEAD').json({ error: 'raw jobs are only looked at' });
  });
  router.use(withoutForeignLinks, adapter.getRouter() as Router);
  return router;
}

/** Its page asks a font server for a typeface. The policy would refuse it; better that no browser tries. */
const withoutForeignLinks: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === 'string' ? body.replaceAll(/<link[^>]+href="https?:[^>]+>/g, '') : body);
  next();
};
