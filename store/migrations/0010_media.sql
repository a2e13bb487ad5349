-- Addresses of pictures and videos that reviews carry, one a line, as
-- chaping.Review.Media has them. Every run that brought some has a row, so that
-- one can be taken back; the one with the greatest version holds, which is the
-- version of the review's copy that it came with.
CREATE TABLE IF NOT EXISTS {{.Table "media"}} (
    platform  String,
    product   String,
    id        String,
    published DateTime('Asia/Shanghai'),
    media     String,
    run       String,
    version   UInt64
) ENGINE = {{.Engine "media" "version"}}
PARTITION BY toYYYYMM(published)
ORDER BY (platform, product, id, run){{template "durable" .}};{{.Spread "media" "cityHash64(platform, product)"}}
