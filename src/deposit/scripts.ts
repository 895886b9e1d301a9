import type { Redis } from 'ioredis';
import type { EventId, OrderKey } from '../order/identity.ts';
import { DROP_CLAIMS, RELEASE } from './claim-scripts.ts';
import { READ, TRIM } from './mailbox-scripts.ts';
import { LOOK, WAITING } from './operator-scripts.ts';
import { ROUND_OF, SERVE } from './fair-shares.ts';
import type { Script } from './script.ts';
import { RECOUNT, UNATTENDED } from './sweep-scripts.ts';

/** The atomic steps in Redis, one script each. All keys of a call share a partition, and so a slot. */

/**
 * Whether another entry would use memory that drains need (see redis-memory.ts). INFO costs 18 µs a call, and
 * is exact for all processes together. If INFO is not allowed, there is no limit. The keys of an event take
 * 700 bytes.
 */
const FULL = `
local used, most = 0, 0
local info = redis.pcall('INFO', 'memory')
if type(info) == 'string' then
  local function number(name) return tonumber(string.match(info, '\\n' .. name .. ':(%d+)')) or 0 end
  used, most = number('used_memory') - number('mem_not_counted_for_evict'), number('maxmemory')
end
local function full(entryBytes, share)
  if most > 0 and used + entryBytes + 700 >= most * share then return true end
  used = used + entryBytes + 700
end
`;

/**
 * Deduplicates events and puts them into their mailboxes in one step (P2, P3): a claim never exists without
 * its event. The event is written before its claim, because Redis does not undo what a script wrote before it
 * failed. Many events share a call. An event that cannot be stored (its mailbox is not a list, memory is
 * full) fails alone. Each shop's traffic is counted once per call; if counting fails, the events are still
 * stored.
 *
 * If a body (see fingerprints.ts) arrives again with another triggered-at, it may be another event. The script then
 * asks for the id of the repeat, and is called again with it. The number of repeats within the TTL is limited. A claim
 * without a triggered-at has no repeats.
 * KEYS  1 pending  2 shops  3 totals  4 last events  5 round  6 shares  7 rounds; for each event: dedupe, delivery,
 *       mailbox, dedupe of its repeat, repeats of its body
 * ARGV  1 TTL in seconds  2 prefix of dedupe keys  3 prefix of traffic keys  4 share of maxmemory
 *       5 most repeats of a body  6 lane (see fair-shares.ts) or ''  7 weights of shops as JSON, or '';
 *       for each event: order, '1' if the delivery has an id, entry, id of its repeat or '' if it is not known,
 *       triggered-at (a number) or '' if it has no repeat
 * Returns for each event
 *         {1, 1 if its order needs a wake-up, event id, 1 if its webhook id has delivered another event, now ms, round}
 *           if stored,
 *         {0, event id under which it was first seen, first seen ms} if seen before,
 *         {2, reason} if it failed,
 *         {3, used bytes, maxmemory} if Redis is full,
 *         {4} if it may be a repeat, whose id is needed.
 */
const DEPOSIT: Script = {
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local shops, accepted, duplicates, reused = {}, 0, 0, 0

${FULL}
${ROUND_OF}
local keysOfRounds = {round = KEYS[5], shares = KEYS[6], rounds = KEYS[7]}
local weights = ARGV[7] ~= '' and cjson.decode(ARGV[7]) or {}
local function again(event, seen)
  redis.call('HINCRBY', seen, 'hits', 1)
  redis.call('HSET', seen, 'last', now)
  duplicates = duplicates + 1
  return {0, event, redis.call('HGET', seen, 'at')}
end

-- Returns the id, its claim and how many repeats of its body to add; if it was seen before: nil and the answer.
local function identify(dedupe, event, twin, twinId, repeats, triggered)
  local timeless = twinId == event
  if redis.call('EXISTS', dedupe) == 1 then
    local first = triggered ~= '' and not timeless and redis.call('HGET', dedupe, 't')
    if not first or first == triggered then return nil, again(event, dedupe) end
    if twinId == '' then return nil, {4} end
    if redis.call('EXISTS', twin) == 1 then return nil, again(twinId, twin) end
  elseif not timeless then
    return event, dedupe
  elseif redis.call('EXISTS', repeats) == 0 then
    return event, dedupe, 0
  end
  local count, first = unpack(redis.call('HMGET', repeats, 'count', 'first'))
  if tonumber(count or 0) < tonumber(ARGV[5]) then return twinId, twin, 1 end
  if redis.call('EXISTS', ARGV[2] .. first) == 1 then return nil, again(first, ARGV[2] .. first) end
  duplicates = duplicates + 1
  return nil, {0, first, now}
end

local function deposit(at, order, delivered, entry, twinId, triggered)
  local dedupe, delivery, mailbox, twin, repeats = unpack(KEYS, at, at + 4)
  local first = string.sub(entry, 1, 64)
  local event, claim, more = identify(dedupe, first, twin, twinId, repeats, triggered)
  if not event then return claim end
  if full(#entry, ARGV[4]) then return {3, used, most} end
  local length = redis.call('RPUSH', mailbox, event == first and entry or event .. string.sub(entry, 65))
  redis.call('ZADD', KEYS[1], 'NX', now, order)
  if triggered == '' then redis.call('HSET', claim, 'order', order, 'at', now)
  else redis.call('HSET', claim, 'order', order, 'at', now, 't', triggered) end
  redis.call('EXPIRE', claim, ARGV[1])
  local other = 0
  if delivered == '1' and not redis.call('SET', delivery, event, 'NX', 'EX', ARGV[1])
    and redis.call('GET', delivery) ~= event then other = 1 end
  if more then
    redis.call('HSETNX', repeats, 'first', first)
    redis.call('HINCRBY', repeats, 'count', more)
    if redis.call('TTL', repeats) < 0 then redis.call('EXPIRE', repeats, ARGV[1]) end
  end
  local shop = string.match(order, '^[^/]+')
  shops[shop] = (shops[shop] or 0) + 1
  local known, round, isNew = pcall(roundOf, keysOfRounds, order, shop, ARGV[6], length == 1, weights[shop] or 1)
  accepted = accepted + 1
  reused = reused + other
  local wakes = length == 1 or known and isNew
  return {1, wakes and 1 or 0, event, other, now, known and round or 1}
end

local answers = {}
for i = 1, (#KEYS - 7) / 5 do
  local a = 5 * i + 2
  local ok, answer = pcall(deposit, 5 * i + 3, unpack(ARGV, a + 1, a + 5))
  answers[i] = ok and answer or {2, type(answer) == 'table' and answer.err or tostring(answer)}
end
local traffic = ARGV[3] .. string.format('%d', math.floor(now / 3600000))
local heard = {}
for shop, count in pairs(shops) do
  redis.call('HINCRBY', KEYS[2], shop, count)
  if redis.pcall('HINCRBY', traffic, shop, count) == count then
    redis.pcall('EXPIRE', traffic, 93600)
    redis.pcall('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - 2592000000)
  end
  heard[#heard + 1] = now
  heard[#heard + 1] = shop
end
if #heard > 0 then redis.pcall('ZADD', KEYS[4], unpack(heard)) end
if accepted > 0 then redis.call('HINCRBY', KEYS[3], 'accepted', accepted) end
if duplicates > 0 then redis.call('HINCRBY', KEYS[3], 'duplicates', duplicates) end
if reused > 0 then redis.call('HINCRBY', KEYS[3], 'reused', reused) end
return answers
`,
};

/**
 * Puts a parked event back into its order's mailbox, regardless of its own claim. It recreates or extends
 * that claim, so another delivery of the event is a duplicate. It resets the count of failed drains. The
 * event does not count as accepted. The script uses no more memory than a deposit may.
 * KEYS  1 pending  2 shops  3 mailbox  4 dedupe  5 delivery  6 failures  7 round  8 shares  9 rounds
 * ARGV  1 order  2 shop  3 TTL in seconds  4 '1' if the delivery has an id  5 entry  6 share of maxmemory  7 lane
 * Returns the order's round, or {used bytes, maxmemory} if Redis is full.
 */
const REPLAY: Script = {
  numberOfKeys: 9,
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
${FULL}
${ROUND_OF}
if full(#ARGV[5], ARGV[6]) then return {used, most} end
local length = redis.call('RPUSH', KEYS[3], ARGV[5])
redis.call('ZADD', KEYS[1], 'NX', now, ARGV[1])
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
if redis.call('EXISTS', KEYS[4]) == 0 then
  local received = tonumber(string.sub(ARGV[5], 65, 77)) or now
  redis.call('HSET', KEYS[4], 'at', received)
end
redis.call('HSET', KEYS[4], 'order', ARGV[1])
redis.call('EXPIRE', KEYS[4], ARGV[3])
if ARGV[4] == '1' then redis.call('SET', KEYS[5], string.sub(ARGV[5], 1, 64), 'EX', ARGV[3]) end
redis.call('DEL', KEYS[6])
local keysOfRounds = {round = KEYS[7], shares = KEYS[8], rounds = KEYS[9]}
local known, round = pcall(roundOf, keysOfRounds, ARGV[1], ARGV[2], ARGV[7], length == 1, 1)
return known and round or 1
`,
};

type Arguments = (string | number | Buffer)[];

export type DepositAnswer =
  | [1, 0 | 1, EventId, 0 | 1, number, number]
  | [0, EventId, string | number]
  | [2, string]
  | [3, number, number]
  | [4];

/** A Redis connection that knows the scripts. Their answers have the types of what was stored. */
export interface ScriptedRedis extends Redis {
  lockstepDeposit: (...args: Arguments) => Promise<DepositAnswer[]>;
  lockstepReadBuffer: (...args: Arguments) => Promise<([number, Buffer[], number] | [Buffer])[]>;
  lockstepTrim: (...args: Arguments) => Promise<(number | string)[]>;
  lockstepUnattended: (...args: Arguments) => Promise<[number, OrderKey[]]>;
  lockstepRecount: (...args: Arguments) => Promise<number>;
  lockstepReplay: (...args: Arguments) => Promise<number | [number, number]>;
  lockstepWaiting: (...args: Arguments) => Promise<[number, [OrderKey, string, number, 0 | 1][]]>;
  lockstepLook: (...args: Arguments) => Promise<[number, string | null, number, 0 | 1, [string, number][]]>;
  lockstepRelease: (...args: Arguments) => Promise<-1 | 0 | 1>;
  lockstepDropClaims: (...args: Arguments) => Promise<number>;
  lockstepServe: (...args: Arguments) => Promise<0 | 1>;
}

export const SCRIPTS = {
  lockstepDeposit: DEPOSIT,
  lockstepRead: READ,
  lockstepTrim: TRIM,
  lockstepUnattended: UNATTENDED,
  lockstepRecount: RECOUNT,
  lockstepReplay: REPLAY,
  lockstepWaiting: WAITING,
  lockstepLook: LOOK,
  lockstepRelease: RELEASE,
  lockstepDropClaims: DROP_CLAIMS,
  lockstepServe: SERVE,
} as const satisfies Record<string, Script>;

/** Defines the scripts on a connection. ioredis sends a script's hash, and its text if Redis lacks it. */
export function withScripts(redis: Redis): ScriptedRedis {
  for (const [name, script] of Object.entries(SCRIPTS)) redis.defineCommand(name, script);
  return redis as ScriptedRedis;
}
