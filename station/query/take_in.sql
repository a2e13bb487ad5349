INSERT INTO received (centre, kind, number, hash, content, changed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (centre, kind, number) DO UPDATE SET hash = ?4, content = ?5, changed = ?6, gone = 0 WHERE hash <> ?4 OR gone > 0
RETURNING id
