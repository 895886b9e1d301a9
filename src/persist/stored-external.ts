import type { External, ExternalData, ExternalFact } from '../order/external-fact.ts';
import { storedValue, toStored } from './stored-json.ts';

/** What other systems said, as MongoDB stores it: times are dates, and data can be queried. */
export type StoredExternal = Record<
  string,
  Omit<ExternalFact, 'occurredAt' | 'receivedAt' | 'public'> & {
    occurredAt: Date;
    receivedAt: Date;
    public: string[];
  }
>;

export function storedExternal(external: External): StoredExternal {
  return mapFacts(external, ({ data, occurredAt, receivedAt, public: shown, ...fact }) => ({
    ...fact,
    data: toStored(data) as ExternalData,
    occurredAt: new Date(occurredAt),
    receivedAt: new Date(receivedAt),
    public: [...shown],
  }));
}

/** The inverse. A damaged document gives a damaged value, which order-shape.ts names. */
export function loadedExternal(stored: unknown): External {
  if (typeof stored !== 'object' || stored === null) return stored as unknown as External;
  return mapFacts(stored as Record<string, unknown>, loadedFact);
}

/** Never throws. */
function loadedFact(stored: unknown): ExternalFact {
  if (typeof stored !== 'object' || stored === null) return stored as unknown as ExternalFact;
  const { data, occurredAt, receivedAt, ...fact } = stored as Partial<StoredExternal[string]>;
  return {
    ...fact,
    data: data === undefined ? data : storedValue(data),
    occurredAt: msOf(occurredAt),
    receivedAt: msOf(receivedAt),
  } as ExternalFact;
}

function msOf(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}

/** The same without data: it is not known which of it is personal. */
export function emptiedExternal(stored: StoredExternal): StoredExternal {
  return mapFacts(stored, (fact) => ({ ...fact, data: {} }));
}

function mapFacts<From, To>(
  facts: Readonly<Record<string, From>>,
  to: (fact: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(facts).map(([type, fact]) => [type, to(fact)]));
}
