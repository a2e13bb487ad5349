local lost = {}
for n, claim in ipairs(args.claims) do
  local host = held(claim)
  if host then
    redis.call('ZADD', q .. 'leased', now + args.lease, claim.seq)
    redis.call('ZADD', root .. 'active:' .. host, now + args.lease, queue .. '/' .. claim.seq)
  else
    lost[#lost + 1] = n - 1
  end
end
return lost
