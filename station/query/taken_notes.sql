SELECT t.bulletin, t.station, station.name, t.at, t.who FROM taken_note t JOIN station ON station.id = t.station
WHERE (t.bulletin = ?1 OR ?1 = 0) AND (?2 OR t.station = ?3) ORDER BY t.at
