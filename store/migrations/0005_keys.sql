-- FINAL takes rows of one sorting key for copies of each other, in whatever
-- partitions they are; newer servers do not even look at the partition first.
-- So what tells mentions and tallies of two periods or dictionaries apart has
-- to stand in the key. A table's key cannot be changed in front: rows are
-- copied. Run again after a crash, every statement still finds its table, and
-- rows that are copied twice are copies of each other.
CREATE TABLE IF NOT EXISTS mentions (
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
) ENGINE = ReplacingMergeTree
PARTITION BY (period, dictionary)
ORDER BY (term, platform, product, review, start_rune, end_rune){{template "durable" .}};

CREATE TABLE IF NOT EXISTS mentions_keyed (
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
) ENGINE = ReplacingMergeTree
PARTITION BY (period, dictionary)
ORDER BY (period, dictionary, term, platform, product, review, start_rune, end_rune){{template "durable" .}};

INSERT INTO mentions_keyed (
    period, dictionary, term, platform, product, review, published, grade,
    is_default, surface, start_rune, end_rune, assertion, cue)
SELECT
    period, dictionary, term, platform, product, review, published, grade,
    is_default, surface, start_rune, end_rune, assertion, cue
FROM mentions{{if .Since 20 10}} SETTINGS max_partitions_per_insert_block = 0{{end}};

DROP TABLE mentions;

RENAME TABLE mentions_keyed TO mentions;

CREATE TABLE IF NOT EXISTS tallies (
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
) ENGINE = ReplacingMergeTree
PARTITION BY (period, dictionary)
ORDER BY (keyword, term, platform, product){{template "durable" .}};

CREATE TABLE IF NOT EXISTS tallies_keyed (
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
) ENGINE = ReplacingMergeTree
PARTITION BY (period, dictionary)
ORDER BY (period, dictionary, keyword, term, platform, product){{template "durable" .}};

INSERT INTO tallies_keyed (
    period, dictionary, keyword, term, platform, product, name, url,
    price_low, price_high, shop_id, shop, region, negative_reviews, reviews,
    all_negative_reviews, reviews_without_default, hidden_complaints,
    affirmed_reviews)
SELECT
    period, dictionary, keyword, term, platform, product, name, url,
    price_low, price_high, shop_id, shop, region, negative_reviews, reviews,
    all_negative_reviews, reviews_without_default, hidden_complaints,
    affirmed_reviews
FROM tallies{{if .Since 20 10}} SETTINGS max_partitions_per_insert_block = 0{{end}};

DROP TABLE tallies;

RENAME TABLE tallies_keyed TO tallies;
