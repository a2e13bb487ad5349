SELECT count() FROM reviews FINAL WHERE run = @run
