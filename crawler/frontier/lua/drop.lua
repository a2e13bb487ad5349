-- The queue begins anew.
for bucket = 0, 65535 do redis.call('UNLINK', q .. 'known:' .. bucket) end
for _, host in ipairs(redis.call('SMEMBERS', q .. 'hosts')) do redis.call('UNLINK', ready .. host) end
for _, key in ipairs({'meta', 'items', 'states', 'hosts', 'later', 'leased', 'count', 'notes', 'dead'}) do
  redis.call('UNLINK', q .. key)
end
return 0
