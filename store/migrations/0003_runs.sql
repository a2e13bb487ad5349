-- Runs of the pipeline. Times are Unix milliseconds, 0 for none; counts is a
-- JSON object; of two copies the one updated later holds.
CREATE TABLE IF NOT EXISTS {{.Table "runs"}} (
    id         String,
    stage      String,
    period     UInt32,
    dictionary String,
    state      String,
    started    Int64,
    finished   Int64,
    counts     String,
    error      String,
    updated    Int64
) ENGINE = {{.Engine "runs" "updated"}}
ORDER BY id{{template "durable" .}};{{.Spread "runs" "cityHash64(id)"}}
