-- What was done is put down; then, if that is asked for, more is leased.
local done, stale = held(args.results or {})
if #done > 0 then
  release(done)
  finish(done)
  local items = {}
  for _, i in ipairs(done) do
    for _, more in ipairs(i.result.add or {}) do push(items, more) end
    for name, value in pairs(i.result.marks or {}) do redis.call('HSET', root .. 'marks', name, value) end
  end
  add(items)
  record(done)
end
-- -1: there is no such queue, or no longer.
local open = tonumber(redis.call('HGET', q .. 'meta', 'open') or -1)
if open < -1 then damaged('open ' .. open) end
if not args.claim then return {open, 0, {}, stale} end

-- Leases that ran out, and items whose time has come.
local lost = read(load(redis.call('ZRANGEBYSCORE', leased, '-inf', whole(now))))
for _, i in ipairs(lost) do i.because = 'loss' end
release(lost)
again(lost)
line(lost)
local rested = redis.call('ZRANGEBYSCORE', later, '-inf', whole(now))
many('ZREM', later, rested)
line(read(load(rested)))

local change = 0 -- when more can be claimed; 0 is never
local function sooner(at)
  if at > 0 and (change == 0 or at < change) then change = at end
end

local found, somewhere = {}, false
for _, host in ipairs(redis.call('SMEMBERS', q .. 'hosts')) do
  if redis.call('EXISTS', ready .. host) == 0 then
    redis.call('SREM', q .. 'hosts', host)
  else
    somewhere = true
    local h = redis.call('HMGET', root .. 'host:' .. host, 'pace', 'next', 'blocked')
    local delay = math.max(args.delay, tonumber(h[1] or 0))
    local from = math.max(tonumber(h[2] or 0), tonumber(h[3] or 0))
    local room = args.most
    if args.concurrency > 0 then
      redis.call('ZREMRANGEBYSCORE', root .. 'active:' .. host, '-inf', whole(now))
      room = math.min(room, args.concurrency - redis.call('ZCARD', root .. 'active:' .. host))
    end
    if room > 0 then
      if from > now then
        sooner(from)
      else
        if delay > 0 then room = 1 end
        local list = redis.call('ZRANGE', ready .. host, 0, room - 1, 'WITHSCORES')
        for n = 1, #list, 2 do
          push(found, {seq = list[n], score = tonumber(list[n + 1]), host = host, delay = delay})
        end
      end
    end
  end
end
table.sort(found, function(a, b) return a.score < b.score end)

local seqs, taken = {}, lists()
for n = 1, math.min(#found, args.most) do
  local f = found[n]
  push(seqs, f.seq)
  push(taken[f.host], f.seq)
  if f.delay > 0 then
    put('HSET', root .. 'host:' .. f.host, {'next', whole(now + f.delay)})
    sooner(now + f.delay)
  end
end
for host, list in pairs(taken) do many('ZREM', ready .. host, list) end
local items, claims = read(load(seqs)), {}
for n, i in ipairs(items) do
  i.token = whole(math.abs(i.token) + args.stride)
  claims[n] = {i.seq, i.token, i.history, i.content}
end
save(items)
lease(items)

local wait = 0
if #claims < args.most and open > 0 then
  for _, list in ipairs({leased, later}) do
    local first = redis.call('ZRANGE', list, 0, 0, 'WITHSCORES')
    if first[2] then
      somewhere = true
      sooner(tonumber(first[2]))
    end
  end
  if not somewhere then damaged(open .. ' items are nowhere') end
  wait = math.max(change - now, 1)
end
return {open, wait, claims, stale}
