-- What every transition begins with. All keys carry the tag {chaping}, so that
-- a cluster keeps them in one slot.
--
--   q:meta       hash  seq, open, dead
--   q:known:N    set   hashes of keys that were ever added, in small buckets of
--                      integers, which Redis packs tightly
--   q:items      hash  by seq: rank, host and, after a line's end, what only
--                      those who claim it look into
--   q:states     hash  by seq, of what was claimed: token, negative while nobody
--                      holds it, failures, snoozes and losses
--   q:hosts      set   hosts with something in q:ready
--   q:ready:HOST zset  seq by rank and age
--   q:later      zset  seq by the time from which it may be claimed
--   q:leased     zset  seq by the end of the lease
--   q:count      hash
--   q:notes      list
--   q:dead       list  item and reason of each
-- and for all queues
--   host:HOST    hash  pace, next, blocked, reason
--   active:HOST  zset  queue/seq by the end of the lease
--   resting      set   hosts that were blocked
--   marks        hash  what one collection leaves for the next
--
-- A command with many arguments costs a fraction of as many commands, in time
-- and in what is appended to the file. So everything here works on lists.
-- Numbers that stay numbers until they are an argument are printed with all
-- their digits, each time; what is used often is text.

local root = '{chaping}:'
local queue = ARGV[1]
local q = root .. 'queue:' .. queue .. ':'
local args = cjson.decode(ARGV[2])

-- The server's clock in milliseconds, so that workers need not agree on the
-- time; tests bring their own.
local now = args.now
if now == 0 then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- whole prints a number that is exact up to 2^53.
local function whole(n) return string.format('%.0f', n) end

-- Finished queues are forgotten after this many milliseconds. Once in a
-- transition is enough for a key that is there.
local lifetime = 60 * 24 * 3600 * 1000
local kept = {}
local function keep(key)
  if not kept[key] then
    kept[key] = redis.call('PEXPIRE', key, lifetime) == 1
  end
end

-- many calls a command with a list of arguments for the key, in parts that
-- Lua's stack takes and that divide no two that belong together. Lists that
-- come back are appended to answers, if there are any.
local function many(command, key, list, answers)
  for from = 1, #list, 1000 do
    local part = redis.call(command, key, unpack(list, from, math.min(from + 999, #list)))
    if answers then
      for _, a in ipairs(part) do answers[#answers + 1] = a end
    end
  end
  return answers
end

-- put is many for what makes the key, which is kept.
local function put(command, key, list)
  if #list > 0 then
    many(command, key, list)
    keep(key)
  end
end

-- A lists is a list for each key; what is not there yet is empty.
local function lists()
  return setmetatable({}, {__index = function(t, key) t[key] = {} return t[key] end})
end

local function push(list, first, second)
  list[#list + 1] = first
  if second ~= nil then list[#list + 1] = second end
end

local contents, states, ready, later, leased = q .. 'items', q .. 'states', q .. 'ready:', q .. 'later', q .. 'leased'

-- damaged ends a transition: the queue does not agree with itself, which no
-- transition leaves behind.
local function damaged(what) error('DAMAGED ' .. what) end

-- load reads the states of items.
local function load(seqs)
  local items = {}
  for n, text in ipairs(many('HMGET', states, seqs, {})) do
    local i = {seq = seqs[n], token = '-0', history = '0 0 0'}
    if text then i.token, i.history = text:match('^(%S+) (.*)$') end
    items[n] = i
  end
  return items
end

-- save writes them.
local function save(items)
  local list = {}
  for _, i in ipairs(items) do push(list, i.seq, i.token .. ' ' .. i.history) end
  put('HSET', states, list)
end

-- again counts another failure, snooze or loss of items that nobody holds any
-- longer; each tells which.
local function again(items)
  for _, i in ipairs(items) do
    if i.token:sub(1, 1) == '-' then damaged('lease of ' .. i.seq) end
    local failures, snoozes, losses = i.history:match('^(%d+) (%d+) (%d+)$')
    if i.because == 'failure' then failures = whole(failures + 1) end
    if i.because == 'snooze' then snoozes = whole(snoozes + 1) end
    if i.because == 'loss' then losses = whole(losses + 1) end
    i.token, i.history = '-' .. i.token, failures .. ' ' .. snoozes .. ' ' .. losses
  end
  save(items)
end

-- read reads what items say, their ranks and hosts.
local function read(items)
  local seqs = {}
  for n, i in ipairs(items) do seqs[n] = i.seq end
  for n, text in ipairs(many('HMGET', contents, seqs, {})) do
    local i = items[n]
    if not text then damaged('item ' .. i.seq) end
    i.content = text
    i.rank, i.host = text:match('^(%S+) ([^\n]*)\n')
  end
  return items
end

-- line puts items in line, by rank, then by age.
local function line(items)
  local hosts = lists()
  for _, i in ipairs(items) do push(hosts[i.host], i.rank * 1099511627776 + i.seq, i.seq) end
  for host, list in pairs(hosts) do
    put('ZADD', ready .. host, list)
    put('SADD', q .. 'hosts', {host})
  end
end

local function add(items)
  local fresh = {}
  for _, i in ipairs(items) do
    local new = i.sole
    if not new then
      new = redis.call('SADD', q .. 'known:' .. i.bucket, i.hash) == 1
      keep(q .. 'known:' .. i.bucket)
    end
    if new then push(fresh, i) end
  end
  if #fresh == 0 then return end
  local seq = redis.call('HINCRBY', q .. 'meta', 'seq', #fresh) - #fresh
  redis.call('HINCRBY', q .. 'meta', 'open', #fresh)
  local list = {}
  for n, i in ipairs(fresh) do
    i.seq = whole(seq + n)
    push(list, i.seq, ARGV[2 + i.content])
  end
  put('HSET', contents, list)
  line(fresh)
end

-- held tells the items of results whose claims still hold, each with its
-- result and host, and the number of those whose claims do not. An item is
-- held once.
local function held(results)
  local seqs, holding, taken = {}, {}, {}
  for n, r in ipairs(results) do seqs[n] = r.seq end
  for n, i in ipairs(load(seqs)) do
    local r = results[n]
    if i.token == r.token and not taken[r.seq] then
      taken[r.seq] = true
      i.result, i.host = r, r.host
      push(holding, i)
    end
  end
  return holding, #results - #holding
end

-- lease gives items out from now on.
local function lease(items)
  local ends = whole(now + args.lease)
  local list, active = {}, lists()
  for _, i in ipairs(items) do
    push(list, ends, i.seq)
    push(active[i.host], ends, queue .. '/' .. i.seq)
  end
  put('ZADD', leased, list)
  for host, members in pairs(active) do put('ZADD', root .. 'active:' .. host, members) end
end

-- release ends leases; the items are in no list after it.
local function release(items)
  local list, active = {}, lists()
  for _, i in ipairs(items) do
    push(list, i.seq)
    push(active[i.host], queue .. '/' .. i.seq)
  end
  many('ZREM', leased, list)
  for host, members in pairs(active) do many('ZREM', root .. 'active:' .. host, members) end
end

-- finish forgets released items that are done or dead.
local function finish(items)
  local list = {}
  for _, i in ipairs(items) do push(list, i.seq) end
  many('HDEL', contents, list)
  many('HDEL', states, list)
  if #list > 0 then redis.call('HINCRBY', q .. 'meta', 'open', -#list) end
end

-- record puts down what the results of items counted and noted.
local function record(items)
  local count, notes = {}, {}
  for _, i in ipairs(items) do
    for name, n in pairs(i.result.count or {}) do count[name] = (count[name] or 0) + n end
    for _, text in ipairs(i.result.notes or {}) do push(notes, text) end
  end
  for name, n in pairs(count) do redis.call('HINCRBY', q .. 'count', name, n) end
  if #notes > 0 then
    local room = args.notes_kept - redis.call('LLEN', q .. 'notes')
    for n = 1, math.min(room, #notes) do redis.call('RPUSH', q .. 'notes', notes[n]) end
  end
  for _, key in ipairs({'meta', 'count', 'notes', 'items', 'states'}) do keep(q .. key) end
end
