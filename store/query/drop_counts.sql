ALTER TABLE {{local "counts"}} DROP PARTITION (@period, @dictionary)
