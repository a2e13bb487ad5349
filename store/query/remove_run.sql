ALTER TABLE {{local .Table}} DELETE WHERE run = @run
