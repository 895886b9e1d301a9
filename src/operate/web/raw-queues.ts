import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import express, { type RequestHandler, type Router } from 'express';
import { POLICIES, withPolicy } from '../headers.ts';
import { Refusal } from '../refusal.ts';

/**
 * BullMQ's own view of the queues (bull-board), for inspecting raw jobs. It is read-only, enforced by the
 * server and not just by hidden buttons: removing or promoting a job by hand would bypass locks and audit.
 * Jobs hold only the order's key, so a viewer may see all of it.
 */
export function rawQueues(queues: readonly Queue[], place: string): Router {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(place);
  createBullBoard({
    queues: queues.map((queue, partition) => {
      // Every partition's queue has the same name; bull-board distinguishes queues by it.
      const prefix = queues.length === 1 ? '' : `${partition}: `;
      return new BullMQAdapter(queue, { readOnlyMode: true, prefix });
    }),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Lockstep: raw jobs', hideRedisDetails: true } },
  });
  const router = express.Router();
  router.use(withPolicy(POLICIES.foreignPage()), (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    response.set('allow', 'GET, HEAD');
    throw new Refusal('method_not_allowed', 'raw jobs are read-only');
  });
  router.use(withoutForeignLinks, adapter.getRouter() as Router);
  return router;
}

/** Its page links to a font server. The policy would block that; without the link, no browser tries. */
const withoutForeignLinks: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === 'string' ? body.replaceAll(/<link[^>]+href="https?:[^>]+>/g, '') : body);
  next();
};
