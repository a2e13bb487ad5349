add(args.items)
keep(q .. 'meta')
return 0
