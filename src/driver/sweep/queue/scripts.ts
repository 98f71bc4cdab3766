// What has to happen in Redis at once, or not at all: scripts in Lua, which run one at a time. Keys first, then arguments.

/** keys: meta. arguments: begin?, then name and value of each version. Answers with the values found; none where there is no queue. */
export const admit = `
local names, values = {}, {}
for i = 2, #ARGV, 2 do
  names[#names + 1] = ARGV[i]
  values[#values + 1] = ARGV[i]
  values[#values + 1] = ARGV[i + 1]
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[1] == '1' then redis.call('HSET', KEYS[1], unpack(values)) else return {} end
end
return redis.call('HMGET', KEYS[1], unpack(names))
`;

/**
 * keys: lock, run, wants, progress, news, n times (written, kept), then those to be dropped. arguments: token, hash, state, ended?,
 * n, then pieces of each written. Without a token nothing may be there of the run.
 */
export const commit = `
if ARGV[1] == '' then
  if redis.call('EXISTS', KEYS[2]) == 1 then return 'lost' end
elseif redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'lost'
end
if redis.call('SCARD', KEYS[3]) == 0 then return 'unwanted' end
local n = tonumber(ARGV[5])
for i = 0, n - 1 do
  local written, kept = KEYS[6 + 2 * i], KEYS[7 + 2 * i]
  local pieces = redis.call('HLEN', written)
  if pieces == 0 then pieces = redis.call('HLEN', kept) end
  if pieces ~= tonumber(ARGV[6 + i]) then return 'incomplete' end
end
redis.call('SET', KEYS[2], ARGV[3])
for i = 0, n - 1 do
  local written, kept = KEYS[6 + 2 * i], KEYS[7 + 2 * i]
  if redis.call('EXISTS', written) == 1 then
    redis.call('RENAME', written, kept)
    redis.call('PERSIST', kept)
  end
end
for i = 6 + 2 * n, #KEYS do redis.call('DEL', KEYS[i]) end
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[4], ARGV[2])
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', 10000, '*', 'hash', ARGV[2])
end
return 'done'
`;

/** keys: data, wants, wanted. arguments: fingerprint, request, sweep, hash. */
export const want = `
redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('SADD', KEYS[3], ARGV[4])
`;

/** keys: wants, run, progress, wanted, then the pieces of the run. arguments: sweep, hash. Answers whether nobody wants it any more. */
export const release = `
redis.call('SREM', KEYS[1], ARGV[1])
if redis.call('SCARD', KEYS[1]) > 0 then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('SREM', KEYS[4], ARGV[2])
for i = 5, #KEYS do redis.call('DEL', KEYS[i]) end
return 1
`;

/** keys: wanted, then what goes with the last run that anybody wants. Answers whether it has gone. */
export const dissolve = `
if redis.call('SCARD', KEYS[1]) > 0 then return 0 end
redis.call('DEL', unpack(KEYS))
return 1
`;

/** keys: lock, progress. arguments: token, hash, progress. */
export const tell = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end
`;
