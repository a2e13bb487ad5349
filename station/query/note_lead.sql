INSERT INTO leadnote (lead, at, who, action, content) VALUES (?, ?, ?, ?, ?)
