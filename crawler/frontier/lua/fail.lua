local items = read(held(args.failures or {}))
release(items)
record(items)
local back, waiting, rest, dead = {}, {}, {}, {}
for _, i in ipairs(items) do
  local f = i.result
  if f.dead then
    push(dead, i)
    if redis.call('HINCRBY', q .. 'meta', 'dead', 1) <= args.letters_kept then
      put('RPUSH', q .. 'dead', {i.content, f.reason or ''})
    end
  else
    i.because = f.because
    push(back, i)
    if (f.wait or 0) >= 1 then push(rest, whole(now + f.wait), i.seq) else push(waiting, i) end
  end
end
finish(dead)
again(back)
line(waiting)
put('ZADD', later, rest)
return 0
