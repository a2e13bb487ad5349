SELECT id, kind, at, text, path, seen FROM notice WHERE account = ? ORDER BY seen > 0, id DESC LIMIT 200
