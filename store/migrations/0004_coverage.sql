-- How far the reviews of a product in a window could be read by a run. Of what
-- one run says the final word holds: version = final << 62 | at. Times are
-- Unix seconds (window_from, window_to) and milliseconds (at).
CREATE TABLE IF NOT EXISTS {{.Table "coverage"}} (
    platform    String,
    product     String,
    window_from Int64,
    window_to   Int64,
    run         String,
    missing     String,
    at          Int64,
    version     UInt64
) ENGINE = {{.Engine "coverage" "version"}}
ORDER BY (platform, product, window_from, window_to, run){{template "durable" .}};{{.Spread "coverage" "cityHash64(platform, product)"}}
