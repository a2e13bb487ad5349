-- What was done is put down; then, if that is asked for, more is leased.
local stale = 0
for _, r in ipairs(args.results) do
  local host = held(r.claim)
  if host then
    release(r.claim.seq, host)
    redis.call('DEL', item(r.claim.seq))
    redis.call('HINCRBY', q .. 'meta', 'open', -1)
    add(r.add)
    record(r)
    for name, value in pairs(r.marks) do redis.call('HSET', root .. 'marks', name, value) end
  else
    stale = stale + 1
  end
end
-- -1: there is no such queue, or no longer.
local open = tonumber(redis.call('HGET', q .. 'meta', 'open') or -1)
if not args.claim then return {open, 0, {}, stale} end

-- Leases that ran out.
for _, seq in ipairs(redis.call('ZRANGEBYSCORE', q .. 'leased', '-inf', now)) do
  local i = redis.call('HMGET', item(seq), 'host', 'rank')
  release(seq, i[1])
  redis.call('HINCRBY', item(seq), 'losses', 1)
  ready(seq, i[1], i[2])
end
-- Items whose time has come.
for _, seq in ipairs(redis.call('ZRANGEBYSCORE', q .. 'later', '-inf', now)) do
  local i = redis.call('HMGET', item(seq), 'host', 'rank')
  redis.call('ZREM', q .. 'later', seq)
  ready(seq, i[1], i[2])
end

local change = 0 -- when more can be claimed; 0 is never
local function sooner(at)
  if at > 0 and (change == 0 or at < change) then change = at end
end

local found = {}
for _, host in ipairs(redis.call('SMEMBERS', q .. 'hosts')) do
  local line = q .. 'ready:' .. host
  if redis.call('EXISTS', line) == 0 then
    redis.call('SREM', q .. 'hosts', host)
  else
    local h = redis.call('HMGET', root .. 'host:' .. host, 'pace', 'next', 'blocked')
    local delay = math.max(args.delay, tonumber(h[1] or 0))
    local from = math.max(tonumber(h[2] or 0), tonumber(h[3] or 0))
    local room = args.most
    if args.concurrency > 0 then
      redis.call('ZREMRANGEBYSCORE', root .. 'active:' .. host, '-inf', now)
      room = math.min(room, args.concurrency - redis.call('ZCARD', root .. 'active:' .. host))
    end
    if room > 0 then
      if from > now then
        sooner(from)
      else
        if delay > 0 then room = 1 end
        local list = redis.call('ZRANGE', line, 0, room - 1, 'WITHSCORES')
        for n = 1, #list, 2 do
          found[#found + 1] = {seq = list[n], score = tonumber(list[n + 1]), host = host, delay = delay}
        end
      end
    end
  end
end
table.sort(found, function(a, b) return a.score < b.score end)

local claims = {}
local ends = now + args.lease
for n = 1, math.min(#found, args.most) do
  local f = found[n]
  local seq = f.seq
  redis.call('ZREM', q .. 'ready:' .. f.host, seq)
  redis.call('ZADD', q .. 'leased', ends, seq)
  redis.call('ZADD', root .. 'active:' .. f.host, ends, queue .. '/' .. seq)
  keep(root .. 'active:' .. f.host)
  keep(q .. 'leased')
  redis.call('HINCRBY', item(seq), 'token', args.stride)
  if f.delay > 0 then
    redis.call('HSET', root .. 'host:' .. f.host, 'next', now + f.delay)
    keep(root .. 'host:' .. f.host)
    sooner(now + f.delay)
  end
  local i = redis.call('HMGET', item(seq), 'key', 'host', 'rank', 'task', 'token', 'failures', 'snoozes', 'losses')
  i[#i + 1] = seq
  claims[n] = i
end

local wait = 0
if #claims < args.most and open > 0 then
  local first = redis.call('ZRANGE', q .. 'leased', 0, 0, 'WITHSCORES')
  if first[2] then sooner(tonumber(first[2])) end
  first = redis.call('ZRANGE', q .. 'later', 0, 0, 'WITHSCORES')
  if first[2] then sooner(tonumber(first[2])) end
  wait = math.max(change - now, 1)
end
return {open, wait, claims, stale}
