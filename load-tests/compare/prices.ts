/** Prices as others published them, with the day. Nothing here was measured. */

/** A machine, by the hour. */
export const MACHINE = {
  name: 'AWS m7g.large on demand, Linux, us-east-1',
  dollarsPerHour: 0.0816,
  cpus: 2,
  asOf: '2026-06-17',
  source: 'https://www.factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026/',
} as const;

/** What a hosted service takes for events. */
interface ServicePrice {
  service: string;
  price: string;
  /** Beyond what a plan includes. The lowest and the highest that is published. */
  dollarsPerMillion: readonly [number, number];
  asOf: string;
  source: string;
}

const PLANS = 'https://github.com/api-evangelist';

export const SERVICES: readonly ServicePrice[] = [
  {
    service: 'Hookdeck Event Gateway',
    price: '$0.33 to $1.00 per 100,000 events; plans from $39 a month',
    dollarsPerMillion: [3.3, 10],
    asOf: '2026-09-20',
    source: `${PLANS}/hookdeck/blob/main/plans/hookdeck-plans-pricing.yml`,
  },
  {
    service: 'Svix',
    price: '$0.0001 per message; 50,000 a month are free',
    dollarsPerMillion: [100, 100],
    asOf: '2026-09-20',
    source: `${PLANS}/svix/blob/main/plans/svix-plans-pricing.yml`,
  },
  {
    service: 'Inngest',
    price: '$0.00005 per execution above the first million; Pro from $75 a month',
    dollarsPerMillion: [50, 50],
    asOf: '2026-05-22',
    source: `${PLANS}/inngest/blob/main/plans/inngest-plans-pricing.yml`,
  },
  {
    service: 'Trigger.dev',
    price: '$0.000025 per run, and its compute by the second',
    dollarsPerMillion: [25, 25],
    asOf: '2026-05-22',
    source: `${PLANS}/trigger-dev/blob/main/plans/trigger-dev-plans-pricing.yml`,
  },
  {
    service: 'Amazon EventBridge',
    price: '$1.00 per million custom events; targets cost extra',
    dollarsPerMillion: [1, 1],
    asOf: '2026-03-13',
    source: 'https://cloudburn.io/blog/amazon-eventbridge-pricing',
  },
  {
    service: 'Amazon SQS FIFO',
    price: '$0.50 per million requests; send, receive and delete, one to ten messages at a time',
    dollarsPerMillion: [0.15, 1.5],
    asOf: '2026-03-14',
    source: 'https://cloudburn.io/blog/amazon-sqs-pricing',
  },
];
