UPDATE dashboard SET name = ?, roles = ?, changed = ? WHERE id = ? AND account = ?
