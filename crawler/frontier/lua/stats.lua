local resting = {}
for _, host in ipairs(redis.call('SMEMBERS', root .. 'resting')) do
  local h = redis.call('HMGET', root .. 'host:' .. host, 'blocked', 'reason')
  if tonumber(h[1] or 0) > now then
    resting[#resting + 1] = host
    resting[#resting + 1] = h[1]
    resting[#resting + 1] = h[2]
  else
    redis.call('SREM', root .. 'resting', host)
  end
end
local meta = redis.call('HMGET', q .. 'meta', 'open', 'dead')
return {
  tonumber(meta[1] or 0), tonumber(meta[2] or 0), redis.call('ZCARD', q .. 'leased'),
  redis.call('LRANGE', q .. 'dead', 0, -1), resting,
  redis.call('HGETALL', q .. 'count'), redis.call('LRANGE', q .. 'notes', 0, -1),
}
