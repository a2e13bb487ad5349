ALTER TABLE tallies DROP PARTITION (@period, @dictionary)
