ALTER TABLE {{local "tallies"}} DROP PARTITION (@period, @dictionary)
