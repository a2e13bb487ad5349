ALTER TABLE {{local "mentions"}} DROP PARTITION (@period, @dictionary)
