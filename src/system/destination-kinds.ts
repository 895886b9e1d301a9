interface Ca {
  /** PEM: the authority that signed the certificate of the server; null: those that Node knows. */
  ca: string | null;
}

/** Whether the connection is encrypted, where its address does not say so. */
interface Tls extends Ca {
  tls: boolean;
}

/**
 * Kinds of destinations, and the settings that only one kind has. The API validates them
 * (operate/shapes/destination-settings.ts). None of them is a secret: those are in `credentials`.
 */
export interface KindSettings {
  /** Its address is in the fields `url` and `probeUrl`. */
  http: null;
  /** Code in the publisher. */
  handler: null;
  postgres: Tls & { url: string; table: string };
  rabbitmq: Ca & { url: string; exchange: string; routingKey: string };
  nats: Ca & { url: string; subject: string };
  kafka: Tls & { brokers: string[]; topic: string; user: string | null; mechanism: KafkaMechanism };
  sqs: Ca & { url: string; region: string; accessKeyId: string };
  /** Its address is a secret. */
  slack: Ca;
}

/** How a user of Kafka proves who it is. */
export const KAFKA_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type KafkaMechanism = (typeof KAFKA_MECHANISMS)[number];

export type DestinationKind = keyof KindSettings;
export const DESTINATION_KINDS = [
  'http',
  'handler',
  'postgres',
  'rabbitmq',
  'nats',
  'kafka',
  'sqs',
  'slack',
] as const satisfies readonly DestinationKind[];
