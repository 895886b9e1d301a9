/** TLS towards a server. */
interface Tls {
  tls: boolean;
  /** PEM: the authority that signed its certificate; null: those that Node knows. */
  ca: string | null;
}

/**
 * Kinds of destinations, and the settings that only one kind has. The API validates them
 * (operate/shapes/destination-settings.ts). None of them is a secret: those are in `credentials`.
 */
export interface KindSettings {
  /** Its address is in the fields `url` and `probeUrl`. */
  http: null;
  postgres: Tls & { url: string; table: string };
}

export type DestinationKind = keyof KindSettings;
export const DESTINATION_KINDS = ['http', 'postgres'] as const satisfies readonly DestinationKind[];
