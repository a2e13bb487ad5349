-- Dictionaries that periods were mined with, so that a later one can be
-- compared with them. base is the version of everything but the terms; terms
-- is JSON.
CREATE TABLE IF NOT EXISTS {{.Table "dictionaries"}} (
    version String,
    base    String,
    terms   String,
    stored  Int64
) ENGINE = {{.Engine "dictionaries" ""}}
ORDER BY version{{template "durable" .}};{{.Spread "dictionaries" "cityHash64(version)"}}
