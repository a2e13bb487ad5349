INSERT INTO taken_note (bulletin, station, at, who) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
