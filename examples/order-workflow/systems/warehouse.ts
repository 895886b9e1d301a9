import { json, Router } from 'express';

/** What a person can make the warehouse do. */
const MODES = ['open', 'out-of-stock', 'down'] as const;
type Mode = (typeof MODES)[number];

interface Ordered {
  order: string;
  lines: { sku: string | null }[];
}

/**
 * A warehouse, in memory. It does a request once: if a key comes again, it answers what it answered before. Out of stock,
 * it reserves all lines of an order but the last; down, it does not answer.
 */
export function warehouse(say: (line: string) => void): Router {
  const answered = new Map<string, object>();
  let mode: Mode = 'open';
  let count = 0;
  const once = (key: string, act: () => object): object => {
    const answer = answered.get(key) ?? act();
    answered.set(key, answer);
    return answer;
  };
  const next = (kind: string) => `${kind}-${(count += 1)}`;

  const router = Router();
  router.post('/mode/:mode', ({ params }, response) => {
    const wanted = MODES.find((each) => each === params.mode);
    if (!wanted) return void response.status(404).json({ error: `not one of ${MODES.join(', ')}` });
    mode = wanted;
    say(`the warehouse is ${mode}`);
    response.json({ mode });
  });
  router.use((request, response, pass) => {
    const key = request.headers['idempotency-key'];
    if (mode === 'down') request.socket.destroy();
    else if (typeof key !== 'string') response.status(400).json({ error: 'no Idempotency-Key' });
    else {
      response.locals.key = key;
      pass();
    }
  }, json());
  router.post('/reservations', ({ body }, response) => {
    const { order, lines } = body as Ordered;
    const reserve = () => {
      const missing = mode === 'out-of-stock' ? lines.slice(-1).map(({ sku }) => sku ?? 'a line') : [];
      const id = next('reservation');
      say(`${id}: ${lines.length - missing.length} of ${lines.length} lines of ${order}`);
      return { id, missing };
    };
    response.json(once(String(response.locals.key), reserve));
  });
  router.post('/shipments', ({ body }, response) => {
    const { reservation } = body as { reservation: string };
    const ship = () => {
      const id = next('shipment');
      say(`${id}: packs ${reservation}`);
      return { id };
    };
    response.json(once(String(response.locals.key), ship));
  });
  router.post(['/reservations/:id/release', '/shipments/:id/cancel'], ({ params, path }, response) => {
    const undo = () => {
      say(`${String(params.id)}: ${path.endsWith('release') ? 'released' : 'cancelled'}`);
      return {};
    };
    response.json(once(String(response.locals.key), undo));
  });
  return router;
}
