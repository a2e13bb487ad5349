INSERT INTO attachment (comment, name, hash, size) VALUES (?, ?, ?, ?)
