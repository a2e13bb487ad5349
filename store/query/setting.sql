SELECT 1 FROM system.settings WHERE name = @name
