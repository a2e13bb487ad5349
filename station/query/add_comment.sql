INSERT INTO comment (kind, subject, at, account, who, station, content, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
