-- The engine's functions, but for names that columns of the tables have too.
SELECT DISTINCT lower(name) FROM system.functions
WHERE lower(name) NOT IN (SELECT lower(name) FROM system.columns WHERE database = currentDatabase() AND has(@tables, table))
