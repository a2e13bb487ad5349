SELECT coalesce((SELECT id FROM comment WHERE key = ?), 0)
