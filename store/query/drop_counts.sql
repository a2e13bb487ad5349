ALTER TABLE counts DROP PARTITION (@period, @dictionary)
