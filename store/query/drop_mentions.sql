ALTER TABLE mentions DROP PARTITION (@period, @dictionary)
