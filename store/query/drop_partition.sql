ALTER TABLE {{local .}} DROP PARTITION (@period, @partition)
