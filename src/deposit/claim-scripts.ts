import type { Script } from './script.ts';

/** The scripts that change claims outside of deposits. */

/**
 * Releases a claim and the key of its delivery, if the claim is still the one that was shown.
 * KEYS  1 dedupe  2 delivery      ARGV  1 first seen ms, as the claim holds it  2 event
 * Returns 1 if released, 0 if another claim is there now, -1 if there is no claim.
 */
export const RELEASE: Script = {
  numberOfKeys: 2,
  lua: `
local at = redis.call('HGET', KEYS[1], 'at')
if not at then return -1 end
if at ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == ARGV[2] then redis.call('DEL', KEYS[2]) end
return 1
`,
};

/**
 * Drops claims that expire soon. Claims of orders with waiting events are kept: an event that is sent again
 * must not wait twice. The script needs no memory, so it also runs when Redis has none left.
 * KEYS  1 pending  2… dedupe and delivery keys      ARGV  1 ms: claims that expire sooner are dropped
 * Returns the number of dropped keys.
 */
export const DROP_CLAIMS: Script = {
  lua: `
local dropped = 0
for i = 2, #KEYS do
  local left = redis.call('PTTL', KEYS[i])
  if left >= 0 and left < tonumber(ARGV[1]) then
    local order = string.find(KEYS[i], ':dedupe:', 1, true) and redis.pcall('HGET', KEYS[i], 'order')
    if type(order) ~= 'string' or not redis.call('ZSCORE', KEYS[1], order) then
      dropped = dropped + redis.call('DEL', KEYS[i])
    end
  end
end
return dropped
`,
};
