ALTER TABLE {{local .Table}} DELETE WHERE platform = @platform
