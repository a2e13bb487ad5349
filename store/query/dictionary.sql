SELECT base, terms FROM dictionaries WHERE version = @version LIMIT 1
