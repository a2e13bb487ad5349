BACKUP DATABASE chaping TO File(@path) SETTINGS deduplicate_files = 0
