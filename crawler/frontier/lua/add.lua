add(args.items or {})
keep(q .. 'meta')
return 0
