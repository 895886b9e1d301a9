import type { Script } from './script.ts';

/** The scripts with which operators read mailboxes. The arguments limit every read. */

/** A failed drain is retried within 30 s, and a hold ends within 60 s. */
export const LONGEST_DELAY_MS = 70_000;

/**
 * Whether a job is due for an order that has waited since a time:
 * - A deduplication key names a job whose hash exists and whose delay is not longer than Lockstep's longest. A longer
 *   delay comes from a process whose clock was ahead. A job in a paused queue is due: it runs when the queue is resumed.
 * - The order shares a job with others. If that job is active, it names the order. Otherwise it waits, and is as old as
 *   the order's event: jobs of a round (see fair-shares.ts) run in the order of their times, so none is missing before
 *   the oldest that still waits.
 * The last of KEYS is `rounds`.
 */
export const DUE = `
local time = redis.call('TIME')
local active
local oldestOf = {}
local function oldest(queue, round)
  if oldestOf[round] then return oldestOf[round] end
  local from, to = string.format('%.0f', round * 2 ^ 32), string.format('(%.0f', (round + 1) * 2 ^ 32)
  local jobs = redis.pcall('ZRANGE', queue .. 'prioritized', from, to, 'BYSCORE', 'LIMIT', 0, 100)
  oldestOf[round] = math.huge
  for _, job in ipairs(jobs) do
    local at = tonumber(redis.call('HGET', queue .. job, 'timestamp') or '')
    if at then
      oldestOf[round] = at
      break
    end
  end
  return oldestOf[round]
end
local function look(queue)
  active = {}
  for _, job in ipairs(redis.pcall('LRANGE', queue .. 'active', 0, -1)) do
    local data = redis.call('HGET', queue .. job, 'data') or ''
    if string.find(data, '"orders"', 1, true) then
      for order in string.gmatch(data, '"([^"/]+/[^"]+)"') do active[order] = true end
    end
  end
end
local function due(order, since, queue, longest)
  if not active then look(queue) end
  if active[order] then return true end
  local round = tonumber(redis.pcall('HGET', KEYS[#KEYS], order) or nil)
  if round and tonumber(since or 0) >= oldest(queue, round) then return true end
  local latest = (time[1] * 1000 + longest) * 4096
  for _, id in ipairs({order, 'hold:' .. order, 'lane:' .. order}) do
    local job = redis.call('GET', queue .. 'de:' .. id)
    if job and redis.call('EXISTS', queue .. job) == 1 then
      local at = redis.call('ZSCORE', queue .. 'delayed', job)
      if not at or tonumber(at) < latest then return true end
    end
  end
  return false
end
`;

/**
 * A page of waiting orders, longest waiting first. A mailbox that is not a list counts as empty, so one bad
 * key does not hide the others.
 * KEYS  1 pending  2 rounds
 * ARGV  1 lowest score  2 how many to skip  3 how many
 *       4 prefix of mailboxes  5 prefix of the queue's keys  6 longest delay in ms
 * Returns {now ms, {order, waiting since ms, events, 1 if a job is due}…}.
 */
export const WAITING: Script = {
  numberOfKeys: 2,
  lua: `${DUE}
local found = redis.call('ZRANGE', KEYS[1], ARGV[1], '+inf', 'BYSCORE', 'LIMIT', ARGV[2], ARGV[3], 'WITHSCORES')
local orders = {}
for i = 1, #found, 2 do
  local length = redis.pcall('LLEN', ARGV[4] .. found[i])
  if type(length) ~= 'number' then length = 0 end
  orders[#orders + 1] = {found[i], found[i + 1], length, due(found[i], found[i + 1], ARGV[5], ARGV[6]) and 1 or 0}
end
return {time[1] * 1000 + math.floor(time[2] / 1000), orders}
`,
};

/**
 * One order's mailbox without the bodies: the front of each entry, and the size of its body.
 * KEYS  1 mailbox  2 pending  3 rounds
 * ARGV  1 order  2 how many events  3 how many bytes of entries to read
 *       4 prefix of the queue's keys  5 longest delay in ms
 * Returns {now ms, waiting since ms or nil, events, 1 if a job is due, {front, bytes of its body}…}.
 */
export const LOOK: Script = {
  numberOfKeys: 3,
  lua: `${DUE}
local since = redis.call('ZSCORE', KEYS[2], ARGV[1])
local bytes, fronts = 0, {}
local few = 5
for from = 0, ARGV[2] - 1, few do
  local some = redis.call('LRANGE', KEYS[1], from, math.min(from + few, ARGV[2]) - 1)
  for _, entry in ipairs(some) do
    local line = string.find(entry, '\\n', 78, true) or #entry
    local size = #entry >= line + 5 and struct.unpack('<I4', entry, line + 2) or #entry - line
    fronts[#fronts + 1] = {string.sub(entry, 1, line - 1), size}
    bytes = bytes + #entry
  end
  if #some < few or bytes > tonumber(ARGV[3]) then break end
end
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {now, since, redis.call('LLEN', KEYS[1]), due(ARGV[1], since, ARGV[4], ARGV[5]) and 1 or 0, fronts}
`,
};
