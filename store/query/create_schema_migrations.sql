-- applied is in Unix milliseconds.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version UInt32,
    name    String,
    applied Int64
) ENGINE = ReplacingMergeTree
ORDER BY version
