-- The reviews whose copy of that run holds.
SELECT count() FROM reviews FINAL WHERE run = @run
