import { ORDERS_OF_A_JOB } from '../system/shared-jobs.ts';
import type { Script } from './script.ts';

/**
 * Every shop gets its share: start-time fair queueing (Goyal, Vin and Cheng, 1996), in rounds.
 *
 * A waiting order has a round, which is the priority of its wake-up job: jobs of a lower round run first, and those of
 * the same round in the sequence of their times. In each round, a shop has ORDERS_OF_A_JOB orders, times its weight. An order's round is
 * the one that workers are in, or the next in which its shop has orders left. So the one order of a shop runs in the
 * round that workers are in, however many orders of another shop wait for later rounds, and a shop that is alone loses
 * nothing. What is less urgent than every live event waits in a lane behind all rounds.
 *
 * The round of workers moves on as they take jobs. Everything here is advice: if it is lost or wrong, orders run in
 * another sequence, and none is lost. The sequence of events within an order does not depend on it.
 */

/** Of 2,097,152 priorities that BullMQ has. With 16 million orders waiting, the rest is served in sequence of time. */
const LAST_ROUND = 1_048_576;

/** Behind the live events, the most urgent first. */
export const LANES = { replay: LAST_ROUND + 1, reconcile: LAST_ROUND + 2 } as const;
export const isLane = (round: number): boolean => round > LAST_ROUND;

export type Lane = '' | (typeof LANES)[keyof typeof LANES];

/**
 * For scripts: the round of an order with a new event, and whether the order got it now and needs a wake-up. A live event
 * (`lane` is '') takes its order out of a lane. `weight` is the shop's. `keys` has the keys `round`, `shares` and `rounds`; callers catch errors.
 */
export const ROUND_OF = `
local function roundOf(keys, order, shop, lane, isFirst, weight)
  local known = not isFirst and tonumber(redis.call('HGET', keys.rounds, order) or nil)
  if known and (known <= ${LAST_ROUND} or lane ~= '') then return known, false end
  if lane ~= '' then
    redis.call('HSET', keys.rounds, order, lane)
    return tonumber(lane), true
  end
  local current = tonumber(redis.call('GET', keys.round) or nil) or 1
  local start = math.max(current * ${ORDERS_OF_A_JOB}, tonumber(redis.call('HGET', keys.shares, shop) or nil) or 0)
  local round = math.min(math.floor(start / ${ORDERS_OF_A_JOB}), ${LAST_ROUND})
  redis.call('HSET', keys.shares, shop, string.format('%.17g', start + 1 / weight))
  redis.call('HSET', keys.rounds, order, round)
  return round, true
end
`;

/**
 * Workers take a job of this round. Lanes are no rounds.
 * KEYS  1 round      ARGV  1 round
 */
export const SERVE: Script = {
  numberOfKeys: 1,
  lua: `
local round = tonumber(ARGV[1])
if round > ${LAST_ROUND} or round <= (tonumber(redis.call('GET', KEYS[1]) or nil) or 1) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
`,
};
