INSERT INTO leases (name, holder, until, version)
SELECT @name, @holder, toInt64(toUInt32(now())) + @seconds, @version
