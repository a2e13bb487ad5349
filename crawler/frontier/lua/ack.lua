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
return stale
