SELECT a.id, a.comment, a.name, a.hash, a.size, c.kind, c.subject, coalesce(c.station, 0), content.data
FROM attachment a JOIN comment c ON c.id = a.comment JOIN content ON content.hash = a.hash WHERE a.id = ?
