local items = held(args.claims or {})
lease(items)
local holding, lost = {}, {}
for _, i in ipairs(items) do holding[i.result] = true end
for n, claim in ipairs(args.claims or {}) do
  if not holding[claim] then push(lost, n - 1) end
end
return lost
