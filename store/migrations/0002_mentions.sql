-- What mining found for a period (202611) with one version of a dictionary.
-- What counting needs to know of the review is repeated here. Runes count
-- from the start of the review's body.
CREATE TABLE IF NOT EXISTS {{.Table "mentions"}} (
    period     UInt32,
    dictionary String,
    term       String,
    platform   String,
    product    String,
    review     String,
    published  DateTime('Asia/Shanghai'),
    grade      UInt8,
    is_default UInt8,
    surface    String,
    start_rune UInt32,
    end_rune   UInt32,
    assertion  String,
    cue        String
) ENGINE = {{.Engine "mentions" ""}}
PARTITION BY (period, dictionary)
ORDER BY (term, platform, product, review, start_rune, end_rune){{template "durable" .}};{{.Spread "mentions" "cityHash64(platform, product)"}}

-- Rebuilt from mentions, reviews and listings, never incremented.
CREATE TABLE IF NOT EXISTS {{.Table "tallies"}} (
    period                  UInt32,
    dictionary              String,
    keyword                 String,
    term                    String,
    platform                String,
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
ORDER BY (keyword, term, platform, product){{template "durable" .}};{{.Spread "tallies" "cityHash64(platform, product)"}}
