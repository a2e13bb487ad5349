INSERT INTO content (hash, data) VALUES (?, ?) ON CONFLICT DO NOTHING
