-- Limits of one host: a block that lasts longer already stays.
local key = root .. 'host:' .. args.host
if args.block > 0 then
  local to = now + args.block
  if tonumber(redis.call('HGET', key, 'blocked') or 0) < to then
    redis.call('HSET', key, 'blocked', to, 'reason', args.reason)
    redis.call('SADD', root .. 'resting', args.host)
  end
else
  redis.call('HSET', key, 'pace', args.pace)
end
keep(key)
return 0
