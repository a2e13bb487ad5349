SELECT count(*) FROM notice WHERE account = ? AND seen = 0
