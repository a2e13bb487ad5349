ALTER TABLE {{.Table}} DELETE WHERE platform = @platform
