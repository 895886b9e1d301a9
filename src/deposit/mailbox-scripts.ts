import type { Script } from './script.ts';

/** The scripts with which drains read mailboxes, and remove what they have applied. */

/**
 * The oldest events of mailboxes, and how long each order has waited by Redis's own clock. A mailbox that is not a list
 * fails alone.
 * KEYS  1 pending; for each order: mailbox, setbacks
 * ARGV  1 how many bytes of bodies of each (but at least one event); for each order: order, how many events
 * Returns for each order {waited ms, entries, setbacks of the oldest event}, or {reason} if it failed. An order that is
 * not in pending counts as waiting for a day, longer than any hold.
 */
export const READ: Script = {
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local few = 5

local function read(mailbox, setbacks, order, most)
  local since = redis.call('ZSCORE', KEYS[1], order)
  local bytes, entries = 0, {}
  for from = 0, most - 1, few do
    local some = redis.call('LRANGE', mailbox, from, math.min(from + few, most) - 1)
    for _, entry in ipairs(some) do
      local size = (string.find(entry, '\\n', 78, true) or #entry) + 2
      bytes = bytes + (#entry >= size + 3 and struct.unpack('<I4', entry, size) or #entry)
      if #entries > 0 and bytes > tonumber(ARGV[1]) then break end
      entries[#entries + 1] = entry
    end
    if #some < few or bytes > tonumber(ARGV[1]) then break end
  end
  local counted = entries[1] and redis.call('HGET', setbacks, string.sub(entries[1], 1, 64))
  return {since and math.max(0, now - since) or 86400000, entries, tonumber(counted or 0)}
end

local answers = {}
for i = 1, (#KEYS - 1) / 2 do
  local ok, answer = pcall(read, KEYS[2 * i], KEYS[2 * i + 1], ARGV[2 * i], tonumber(ARGV[2 * i + 1]))
  answers[i] = ok and answer or {type(answer) == 'table' and answer.err or tostring(answer)}
end
return answers
`,
};

/**
 * Removes settled events from mailboxes: only those that are still at the head, in this order. A late holder
 * finds other events there and removes nothing (P4). The order has then waited since its next event was
 * received, or since now if that time is in the future: an ingest's clock may be ahead. A mailbox that is not a list
 * fails alone.
 * KEYS  1 pending  2 shops  3 round  4 shares  5 rounds; for each order: mailbox
 * ARGV  for each order: order, shop, how many event ids, event ids (oldest first)
 * Returns for each order how many events still wait, or a reason if it failed.
 */
export const TRIM: Script = {
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function trim(mailbox, order, shop, from, to)
  local taken = 0
  for i = from, to do
    local head = redis.call('LINDEX', mailbox, taken)
    if not head or string.sub(head, 1, 64) ~= ARGV[i] then break end
    taken = taken + 1
  end
  if taken > 0 then
    redis.call('LTRIM', mailbox, taken, -1)
    if redis.call('HINCRBY', KEYS[2], shop, -taken) <= 0 then redis.call('HDEL', KEYS[2], shop) end
  end
  local left = redis.call('LLEN', mailbox)
  if left == 0 then
    redis.call('ZREM', KEYS[1], order)
    redis.pcall('HDEL', KEYS[5], order)
  elseif taken > 0 then
    local received = tonumber(string.sub(redis.call('LINDEX', mailbox, 0), 65, 77)) or now
    redis.call('ZADD', KEYS[1], 'XX', math.min(received, now), order)
  end
  return left
end

local answers, at = {}, 1
for i = 6, #KEYS do
  local from = at + 3
  local to = at + 2 + ARGV[at + 2]
  local ok, answer = pcall(trim, KEYS[i], ARGV[at], ARGV[at + 1], from, to)
  answers[#answers + 1] = ok and answer or (type(answer) == 'table' and answer.err or tostring(answer))
  at = to + 1
end
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[3], KEYS[4], KEYS[5]) end
return answers
`,
};
