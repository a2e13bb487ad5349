-- Copies of reviews that an import has replaced (by is its run), so that what
-- the import brought can be taken back: merges remove them from reviews. Which
-- copies there are more of than needed does no harm.
CREATE TABLE IF NOT EXISTS {{.Table "superseded"}} (
    platform    String,
    product     String,
    id          String,
    published   DateTime('Asia/Shanghai'),
    rating      Int32,
    grade       UInt8,
    rule        String,
    is_default  UInt8,
    text        String,
    appended    String,
    appended_at DateTime('Asia/Shanghai'),
    run         String,
    version     UInt64,
    by          String
) ENGINE = {{.Engine "superseded" ""}}
PARTITION BY toYYYYMM(published)
ORDER BY (platform, product, id, version, by){{template "durable" .}};{{.Spread "superseded" "cityHash64(platform, product)"}}

-- What a run came to in detail, as JSON; of two copies the one stored later
-- holds.
CREATE TABLE IF NOT EXISTS {{.Table "reports"}} (
    run    String,
    report String,
    stored Int64
) ENGINE = {{.Engine "reports" "stored"}}
ORDER BY run{{template "durable" .}};{{.Spread "reports" "cityHash64(run)"}}
