{{- /* Where words repeat, newer servers keep numbers for them. */ -}}
{{define "word"}}{{if .Since 20 10}}LowCardinality(String){{else}}String{{end}}{{end -}}

-- Mentions and tallies anew, with period and dictionary in front of their keys:
-- FINAL keeps one row a key, in whatever partition, and servers of today apply
-- it before they leave partitions out, so that of two dictionaries' mentions
-- one was lost. Both tables are made of reviews, and are made again: the
-- records of mining lose their state.
{{.Drop "mentions"}};

CREATE TABLE {{.Table "mentions"}} (
    period     UInt32,
    dictionary {{template "word" .}},
    term       {{template "word" .}},
    platform   {{template "word" .}},
    product    String,
    review     String,
    published  DateTime('Asia/Shanghai'),
    grade      UInt8,
    is_default UInt8,
    surface    String,
    start_rune UInt32,
    end_rune   UInt32,
    assertion  {{template "word" .}},
    cue        String
) ENGINE = {{.Engine "mentions" ""}}
PARTITION BY (period, dictionary)
ORDER BY (period, dictionary, term, platform, product, review, start_rune, end_rune){{template "durable" .}};{{.Spread "mentions" "cityHash64(platform, product)"}}

{{.Drop "tallies"}};

CREATE TABLE {{.Table "tallies"}} (
    period                  UInt32,
    dictionary              {{template "word" .}},
    keyword                 String,
    term                    {{template "word" .}},
    platform                {{template "word" .}},
    product                 String,
    name                    String,
    url                     String,
    price_low               Int64,
    price_high              Int64,
    shop_id                 String,
    shop                    String,
    region                  String,
    negative_reviews        UInt64,
    reviews                 UInt64,
    all_negative_reviews    UInt64,
    reviews_without_default UInt64,
    hidden_complaints       UInt64,
    affirmed_reviews        UInt64
) ENGINE = {{.Engine "tallies" ""}}
PARTITION BY (period, dictionary)
ORDER BY (period, dictionary, keyword, term, platform, product){{template "durable" .}};{{.Spread "tallies" "cityHash64(platform, product)"}}

INSERT INTO runs SELECT id, stage, period, dictionary, '', started, finished, counts, error, updated + 1
FROM runs FINAL WHERE stage = 'mine' AND state != '';
