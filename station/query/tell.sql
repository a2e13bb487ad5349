INSERT INTO notice (account, key, kind, at, text, path) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
