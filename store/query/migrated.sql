SELECT version, name, applied FROM schema_migrations ORDER BY version
