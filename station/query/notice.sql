SELECT id, kind, at, text, path, seen FROM notice WHERE account = ? AND id = ?
