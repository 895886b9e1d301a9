import type { StepTools } from 'lockstep/handlers';

/** The warehouse's API, as far as the workflow needs it. The warehouse does a request once, however often it gets its key. */
interface Line {
  sku: string | null;
  quantity: number;
}

interface Reservation {
  id: string;
  /** What it could not reserve. */
  missing: string[];
}

export function reserve(order: string, lines: readonly Line[], tools: StepTools): Promise<Reservation> {
  return post('/reservations', { order, lines }, tools);
}

export function release(reservation: string, tools: StepTools): Promise<object> {
  return post(`/reservations/${reservation}/release`, {}, tools);
}

export function ship(reservation: string, tools: StepTools): Promise<{ id: string }> {
  return post('/shipments', { reservation }, tools);
}

export function cancelShipment(shipment: string, tools: StepTools): Promise<object> {
  return post(`/shipments/${shipment}/cancel`, {}, tools);
}

/** Operators see an error's name and code, not its message. */
class WarehouseError extends Error {
  override readonly name = 'WarehouseError';
  readonly code: string;

  constructor(status: number) {
    super(`the warehouse answered ${status}`);
    this.code = `HTTP_${status}`;
  }
}

async function post<Answer>(place: string, body: object, { key, signal }: StepTools): Promise<Answer> {
  const address = process.env.WAREHOUSE_URL ?? 'http://127.0.0.1:4400';
  const answer = await fetch(`${address}${place}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal,
  });
  if (!answer.ok) throw new WarehouseError(answer.status);
  return (await answer.json()) as Answer;
}
