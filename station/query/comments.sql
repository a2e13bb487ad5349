SELECT c.id, c.kind, c.subject, c.at, coalesce(c.account, 0), c.who, coalesce(c.station, 0), coalesce(station.name, ''), c.content, coalesce(c.key, '')
FROM comment c LEFT JOIN station ON station.id = c.station
WHERE c.kind = ?1 AND c.subject = ?2 AND (?3 OR c.station IS NULL OR c.station = ?4) ORDER BY c.id
