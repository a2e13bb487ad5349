INSERT INTO dashboard (account, name, roles, changed) VALUES (?, ?, ?, ?) RETURNING id
