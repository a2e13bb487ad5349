{{- /* What has been stored must survive a power cut. Servers older than 20.10
cannot be asked for that. */ -}}
{{define "durable"}}{{if .Since 20 10}}
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1{{end}}{{end -}}

-- A product as the search for a keyword showed it at one moment. Prices are
-- in fen, seen is in Unix milliseconds.
CREATE TABLE IF NOT EXISTS {{.Table "listings"}} (
    keyword    String,
    platform   String,
    product    String,
    name       String,
    url        String,
    price_low  Int64,
    price_high Int64,
    shop_id    String,
    shop       String,
    region     String,
    seen       Int64
) ENGINE = {{.Engine "listings" ""}}
ORDER BY (platform, product, keyword, seen){{template "durable" .}};{{.Spread "listings" "cityHash64(platform, product)"}}

-- Of two copies of a review the one with the greater version holds:
-- version = Unix milliseconds of collection << 20 | 20 bits of content hash,
-- so that copies of one millisecond have an order too, the same everywhere.
-- grade: 0 none, 1 negative, 2 neutral, 3 positive. appended_at 0: unknown.
CREATE TABLE IF NOT EXISTS {{.Table "reviews"}} (
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
    version     UInt64
) ENGINE = {{.Engine "reviews" "version"}}
PARTITION BY toYYYYMM(published)
ORDER BY (platform, product, id){{template "durable" .}};{{.Spread "reviews" "cityHash64(platform, product)"}}
