import type { Kind } from './other-side.ts';
import { KAFKA } from './kafka.ts';
import { NATS } from './nats.ts';
import { POSTGRES } from './postgres.ts';
import { RABBITMQ } from './rabbitmq.ts';
import { SLACK } from './slack.ts';
import { SQS } from './sqs.ts';

/** Every kind with a client of its own. */
export const KINDS: Readonly<Record<string, Kind>> = {
  postgres: POSTGRES,
  rabbitmq: RABBITMQ,
  nats: NATS,
  kafka: KAFKA,
  sqs: SQS,
  slack: SLACK,
};
