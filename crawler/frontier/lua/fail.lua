for _, f in ipairs(args.failures) do
  local host, rank = held(f.claim)
  if host then
    local seq = f.claim.seq
    release(seq, host)
    record(f)
    if f.dead then
      local i = redis.call('HMGET', item(seq), 'key', 'task')
      redis.call('DEL', item(seq))
      redis.call('HINCRBY', q .. 'meta', 'open', -1)
      if redis.call('HINCRBY', q .. 'meta', 'dead', 1) <= args.letters_kept then
        redis.call('RPUSH', q .. 'dead', i[1], host, rank, i[2], f.reason)
        keep(q .. 'dead')
      end
    else
      redis.call('HINCRBY', item(seq), f.counter, 1)
      back(seq, host, rank, f.wait)
    end
  end
end
return 0
