-- What every transition begins with. All keys carry the tag {chaping}, so that
-- a cluster keeps them in one slot.
--
--   q:meta       hash  seq, open, dead
--   q:known:N    set   hashes of keys that were ever added, in small buckets of
--                      integers, which Redis packs tightly
--   q:item:SEQ   hash  key, host, rank, task, token, failures, snoozes, losses
--   q:hosts      set   hosts with something in q:ready
--   q:ready:HOST zset  seq by rank and age
--   q:later      zset  seq by the time from which it may be claimed
--   q:leased     zset  seq by the end of the lease
--   q:count      hash
--   q:notes      list
--   q:dead       list  of JSON
-- and for all queues
--   host:HOST    hash  pace, next, blocked, reason
--   active:HOST  zset  queue/seq by the end of the lease
--   resting      set   hosts that were blocked
--   marks        hash  what one collection leaves for the next

local root = '{chaping}:'
local queue = ARGV[1]
local q = root .. 'q:' .. queue .. ':'
local args = cjson.decode(ARGV[2])

-- The server's clock in milliseconds, so that workers need not agree on the
-- time; tests bring their own.
local now = args.now
if now == 0 then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Finished queues are forgotten after this many milliseconds.
local kept = 60 * 24 * 3600 * 1000
local function keep(key) redis.call('PEXPIRE', key, kept) end

local function item(seq) return q .. 'item:' .. seq end

-- Scores order by rank, then age; exact up to 2^53.
local function score(rank, seq) return tonumber(rank) * 1099511627776 + tonumber(seq) end

local function ready(seq, host, rank)
  redis.call('ZADD', q .. 'ready:' .. host, score(rank, seq), seq)
  redis.call('SADD', q .. 'hosts', host)
  keep(q .. 'ready:' .. host)
  keep(q .. 'hosts')
end

local function add(items)
  for _, i in ipairs(items) do
    local fresh = i.sole
    if not fresh then
      fresh = redis.call('SADD', q .. 'known:' .. i.bucket, i.hash) == 1
      keep(q .. 'known:' .. i.bucket)
    end
    if fresh then
      local seq = redis.call('HINCRBY', q .. 'meta', 'seq', 1)
      redis.call('HINCRBY', q .. 'meta', 'open', 1)
      redis.call('HSET', item(seq), 'key', i.key, 'host', i.host, 'rank', i.rank, 'task', i.task,
        'token', 0, 'failures', 0, 'snoozes', 0, 'losses', 0)
      keep(item(seq))
      ready(seq, i.host, i.rank)
    end
  end
end

-- release ends a lease; the item is in no list after it.
local function release(seq, host)
  redis.call('ZREM', q .. 'leased', seq)
  redis.call('ZREM', root .. 'active:' .. host, queue .. '/' .. seq)
end

-- back puts a released item in line again, now or later.
local function back(seq, host, rank, wait)
  if wait >= 1 then
    redis.call('ZADD', q .. 'later', now + wait, seq)
    keep(q .. 'later')
  else
    ready(seq, host, rank)
  end
end

-- held tells the host and rank of the item if the claim still holds.
local function held(claim)
  if not redis.call('ZSCORE', q .. 'leased', claim.seq) then return nil end
  local i = redis.call('HMGET', item(claim.seq), 'token', 'host', 'rank')
  if i[1] ~= tostring(claim.token) then return nil end
  return i[2], i[3]
end

local function record(r)
  for name, n in pairs(r.count) do redis.call('HINCRBY', q .. 'count', name, n) end
  local room = args.notes_kept - redis.call('LLEN', q .. 'notes')
  for _, text in ipairs(r.notes) do
    if room <= 0 then break end
    redis.call('RPUSH', q .. 'notes', text)
    room = room - 1
  end
  keep(q .. 'count')
  keep(q .. 'notes')
  keep(q .. 'meta')
end
