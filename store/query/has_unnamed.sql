-- Whether any review of a platform came without an ID, in another run.
SELECT id FROM reviews WHERE platform = @platform AND startsWith(id, 'sha256-') AND run != @run LIMIT 1
