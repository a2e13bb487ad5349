SELECT 1 FROM reviews WHERE NOT ({{template "inside"}}) LIMIT 1
