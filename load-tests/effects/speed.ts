import { Agent, request } from 'undici';
import { newOrders } from './orders.ts';
import { Rig, until } from './rig.ts';

/** How fast waiting effects are sent, and how fast a loop sends the same messages without Lockstep. */
export interface Speed {
  name: string;
  effects: number;
  perSecond: number;
  /** Of a loop over an HTTP client with the same bodies, sink and concurrency. */
  loopPerSecond: number;
}

const CONCURRENCY = 50;
const SINK_MS = 5;

/** All effects wait before the first is sent. */
export async function speed(
  name: string,
  { effects, publishers, ...env }: { effects: number; publishers: number; ORDER_BODY?: string },
): Promise<Speed> {
  const rig = await Rig.open(env);
  try {
    const url = await rig.sink(SINK_MS);
    await rig.destination('fast', { url, concurrency: CONCURRENCY });
    await rig.act('fast', 'pause');
    await rig.publishers(publishers);
    const deliveries = newOrders(effects);
    await rig.put(deliveries);
    await rig.effects({ destination: 'fast' }, effects);
    await rig.act('fast', 'resume');
    const perSecond = await rateOf(rig, effects);
    await rig.stopPublishers();
    const bodies = deliveries.map(({ body }) => body);
    return { name, effects, perSecond, loopPerSecond: await sendAll(url, bodies) };
  } finally {
    await rig.close();
  }
}

/** From the first receipt to the last, so that starting does not count. */
async function rateOf(rig: Rig, effects: number): Promise<number> {
  const { collections } = rig;
  // By an index, and only one: counting thousands would take MongoDB's time from the publishers.
  await until(async () => !(await collections.effects.exists({ open: true, destination: 'fast' })));
  const [{ first, last } = { first: 0, last: 0 }] = await collections.effects.aggregate<{
    first: Date;
    last: Date;
  }>([{ $group: { _id: null, first: { $min: '$receipt.at' }, last: { $max: '$receipt.at' } } }]);
  return (effects / (Number(last) - Number(first))) * 1000;
}

async function sendAll(url: string, bodies: readonly Buffer[]): Promise<number> {
  const dispatcher = new Agent({ connections: CONCURRENCY });
  const left = bodies.values();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const body of left) await (await request(url, { method: 'POST', body, dispatcher })).body.dump();
    }),
  );
  await dispatcher.close();
  return (bodies.length / (performance.now() - began)) * 1000;
}
