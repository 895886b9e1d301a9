import { createHash, randomUUID } from 'node:crypto';
import { DBOS, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import { applyWebhook } from './apply.ts';
import { BUSY_RETRY_MS, type Ground, type Rival } from './rival.ts';
import { webhookOf, type Webhook } from './webhook.ts';

const QUEUE = 'webhooks';
const WORKFLOW = 'applyWebhook';

/** A workflow that fails is not run again; a step is. */
const STEP = {
  name: 'apply',
  retriesAllowed: true,
  maxAttempts: 1_000_000,
  intervalSeconds: BUSY_RETRY_MS / 1000,
  backoffRate: 1,
} as const;

/**
 * With this combination of limits, one transaction takes the next webhook of every order that is not busy; with others,
 * DBOS asks order by order. An order advances by one webhook at each poll, which is once a second by default. On a busy
 * machine, polls every 50 ms applied 76 events a second and took 17 s of CPU time, polls every 10 ms 62 and 20 s; with
 * 300 workflows at a time, instead of 100, the race did not end in 100 s.
 */
const LIMITS = { partitionConcurrency: 1, workerConcurrency: 100, minPollingIntervalMs: 50 } as const;

/**
 * DBOS 5.3 with a partitioned queue, on Debian's PostgreSQL, which by default flushes every commit. An order is a
 * partition; its webhooks run one at a time, in the sequence in which they were put into the queue (to the
 * millisecond). The id of a workflow comes from the webhook id, so PostgreSQL refuses a duplicate.
 *
 * A worker that is killed keeps its running webhooks, and their orders wait until a process with the same executor id
 * starts. (Conductor, a paid service, gives them to others.)
 */
export const dbos: Rival = {
  about: 'DBOS with a partitioned queue, the order as partition',
  waitsIn: 'PostgreSQL',
  accept: async (ground) => {
    await launch(ground, []);
    await ground.onStop('dbos', () => DBOS.shutdown());
    return async (arrival) => {
      const webhook = webhookOf(arrival);
      const options = {
        queueName: QUEUE,
        workflowName: WORKFLOW,
        workflowID: createHash('sha256').update(arrival.webhookId).digest('hex'),
        workflowIDReusePolicy: 'reject',
        queuePartitionKey: webhook.order,
      } as const;
      try {
        await DBOS.enqueueWorkflowWithOptions(options, webhook);
        return 'accepted';
      } catch (error) {
        if (DbosErrors.isWorkflowIDInUseError(error)) return 'duplicate';
        throw error;
      }
    };
  },
  work: async (ground) => {
    const store = await ground.store();
    const apply = (webhook: Webhook) => DBOS.runStep(() => applyWebhook(webhook, store), STEP);
    DBOS.registerWorkflow(apply, { name: WORKFLOW });
    await launch(ground, [QUEUE]);
    return { close: () => DBOS.shutdown() };
  },
};

/** @param listenQueues whose workflows this process runs */
async function launch({ urlOf }: Ground, listenQueues: string[]): Promise<void> {
  DBOS.setConfig({
    name: QUEUE,
    systemDatabaseUrl: urlOf('PostgreSQL'),
    systemDatabasePoolSize: 20,
    applicationVersion: '1',
    executorID: randomUUID(),
    listenQueues,
    logLevel: 'error',
  });
  await DBOS.launch();
  await DBOS.registerQueue(QUEUE, LIMITS);
}
