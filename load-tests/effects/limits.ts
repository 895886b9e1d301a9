import { newOrders } from './orders.ts';
import { Rig } from './rig.ts';

/** A rate over three publishers. */
export interface Rate {
  perSecond: number;
  asked: number;
  /** In the middle: how long the rest would take, as the API said, and how long it took. */
  toldMs: number | null;
  tookMs: number;
}

const ASKED = 5;
const PUBLISHERS = 3;

export async function rateOverPublishers(seconds: number): Promise<Rate> {
  const rig = await Rig.open();
  try {
    const url = await rig.sink(0);
    await rig.destination('slow', { url, rate: { max: ASKED, durationMs: 1000 } });
    await rig.publishers(PUBLISHERS);
    const effects = ASKED * seconds + 1;
    await rig.put(newOrders(effects));
    await rig.effects({ destination: 'slow', state: 'done' }, effects / 2);
    const [toldMs, middle] = [await rig.goneInMs('slow'), Date.now()];
    await rig.effects({ destination: 'slow', state: 'done' }, effects);
    const ended = await rig.collections.effects.find().sort({ 'receipt.at': 1 }).lean();
    const [first, last] = [ended[0]?.receipt?.at, ended.at(-1)?.receipt?.at];
    const perSecond = ((effects - 1) / (Number(last) - Number(first))) * 1000;
    return { asked: ASKED, perSecond, toldMs, tookMs: Number(last) - middle };
  } finally {
    await rig.close();
  }
}

/** How long an urgent effect of another order takes while many others wait. */
export interface Urgent {
  waiting: number;
  /** From its commit to the destination's answer, in ms. */
  ms: number[];
}

export async function urgentAmong(waiting: number, times: number): Promise<Urgent> {
  const rig = await Rig.open();
  try {
    const url = await rig.sink(5);
    await rig.destination('busy', {
      url,
      priority: { 'orders/create': 'low', 'orders/cancelled': 'critical' },
    });
    await rig.act('busy', 'pause');
    await rig.publishers(1);
    await rig.put(newOrders(waiting));
    await rig.effects({ destination: 'busy' }, waiting);
    await rig.act('busy', 'resume');
    await rig.effects({ state: 'done' }, 1);
    for (let i = 0; i < times; i += 1) {
      const [order] = newOrders(1);
      if (order) await rig.put([{ ...order, topic: 'orders/cancelled' }]);
      await rig.effects({ topic: 'orders/cancelled', state: 'done' }, i + 1);
    }
    const urgent = await rig.collections.effects.find({ topic: 'orders/cancelled' }).lean();
    const orders = await rig.collections.orders
      .find({ _id: { $in: urgent.map(({ order }) => order) } })
      .lean();
    const committed = new Map(orders.map(({ _id, changedAt }) => [_id, Number(changedAt)]));
    return {
      waiting,
      ms: urgent.map(({ order, receipt }) => Number(receipt?.at) - (committed.get(order) ?? 0)),
    };
  } finally {
    await rig.close();
  }
}
