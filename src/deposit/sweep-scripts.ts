import { DUE } from './operator-scripts.ts';
import type { Script } from './script.ts';

/** The scripts of the sweeper. */

/**
 * Finds the orders in a page of waiting orders that have no job due (P6).
 * KEYS  1 pending  2 rounds
 * ARGV  1 from  2 to (ranks)  3 prefix of the queue's keys  4 longest delay in ms
 * Returns {how many orders were checked, orders without a job}.
 */
export const UNATTENDED: Script = {
  numberOfKeys: 2,
  lua: `
local orders = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES')
local without = {}
${DUE}
for i = 1, #orders, 2 do
  if not due(orders[i], orders[i + 1], ARGV[3], ARGV[4]) then without[#without + 1] = orders[i] end
end
return {#orders / 2, without}
`,
};

/**
 * Recounts each shop's waiting events, if few enough orders wait. If a mailbox is deleted or shortened by
 * hand, its events stay in the counter, and a redaction of the shop would wait for them forever.
 * KEYS  1 pending  2 shops      ARGV  1 prefix of mailboxes  2 most orders
 * Returns how many shops' counters were wrong.
 */
export const RECOUNT: Script = {
  numberOfKeys: 2,
  lua: `
if redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[2]) then return 0 end
local counts, wrong = {}, 0
for _, order in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local length = redis.pcall('LLEN', ARGV[1] .. order)
  local shop = string.match(order, '^[^/]+')
  if type(length) == 'number' and length > 0 then counts[shop] = (counts[shop] or 0) + length end
end
local held = redis.call('HGETALL', KEYS[2])
for i = 1, #held, 2 do
  local shop = held[i]
  if not counts[shop] then
    redis.call('HDEL', KEYS[2], shop)
    wrong = wrong + 1
  elseif tonumber(held[i + 1]) == counts[shop] then
    counts[shop] = nil
  end
end
for shop, count in pairs(counts) do
  redis.call('HSET', KEYS[2], shop, count)
  wrong = wrong + 1
end
return wrong
`,
};
