-- applied is in Unix milliseconds.
CREATE TABLE IF NOT EXISTS {{.Table "schema_migrations"}} (
    version UInt32,
    name    String,
    applied Int64
) ENGINE = {{.Engine "schema_migrations" ""}}
ORDER BY version{{.Spread "schema_migrations" "intHash64(version)"}}
