{{- /* Views for programs that draw pictures of the numbers: Grafana, Metabase,
Superset. Their names and columns stay, whatever becomes of the tables, and they
show what holds: of editions the last whole one, of copies of a review the last.
No text of a review, no number that a platform gave it, nobody's name. */ -}}

{{define "whole parts"}}
        SELECT period, dictionary, source, number,
               if(number = 0, dictionary, concat(dictionary, '~', toString(number))) AS partition
        FROM {{.From "generations"}} FINAL WHERE stage = 2 AND part = {{end}}

{{define "held mentions"}}
    SELECT period, argMax(partition, number) AS held FROM ({{template "whole parts" .}}'mentions') GROUP BY period, dictionary{{end}}

{{define "held rejections"}}
    SELECT period, argMax(partition, number) AS held FROM ({{template "whole parts" .}}'rejections')
    WHERE (period, source) GLOBAL IN ({{template "held mentions" .}}) GROUP BY period, source{{end}}

{{define "held tallies"}}
    SELECT period, argMax(partition, number) AS held FROM ({{template "whole parts" .}}'tallies')
    WHERE (period, source) GLOBAL IN ({{template "held rejections" .}}) GROUP BY period, source{{end}}

{{define "last mined"}}
    SELECT period, argMax(dictionary, finished) FROM {{.From "runs"}} FINAL
    WHERE stage = 'mine' AND finished > 0 AND error = '' GROUP BY period{{end}}

{{define "version"}}splitByChar('~', toString(dictionary))[1]{{end}}

{{define "when"}}period, toDate(concat(substring(toString(period), 1, 4), '-', substring(toString(period), 5, 2), '-01')) AS month,
       version AS dictionary, toUInt8((period, version) GLOBAL IN ({{template "last mined" .}})) AS latest{{end}}

{{define "grade"}}multiIf(grade = 1, '差评', grade = 2, '中评', grade = 3, '好评', ''){{end -}}

CREATE VIEW IF NOT EXISTS {{.View "bi_counts"}} AS
SELECT {{template "when" .}},
       keyword, term, platform, product, name, shop_id, shop, region, low / 100 AS price_low, high / 100 AS price_high,
       negative_reviews, hidden_complaints, affirmed_reviews, reviews, all_negative_reviews, reviews_without_default
FROM (
    SELECT period, {{template "version"}} AS version, keyword, term, platform, product, name, shop_id, shop, region,
           price_low AS low, price_high AS high,
           negative_reviews, hidden_complaints, affirmed_reviews, reviews, all_negative_reviews, reviews_without_default
    FROM {{.From "tallies"}} FINAL
    WHERE affirmed_reviews > 0 AND (period, dictionary) GLOBAL IN ({{template "held tallies" .}})
)
{{- if .Since 23 3}}
COMMENT '每个报送期、商品关键词、评论关键词、商品一行，与报送表同一个数：negative_reviews 差评数。被人排除的不算。latest = 1 是这一期最后一次挖掘所用的词库；同一商品在几个商品关键词下各占一行，相加之前先选定 keyword'{{end}};

CREATE VIEW IF NOT EXISTS {{.View "bi_mentions"}} AS
SELECT {{template "when" .}},
       term, platform, product, review, day, grade_name AS grade, is_default, surface,
       if(said = 'affirmed' AND (period, version, review, term) GLOBAL IN (
           SELECT period, {{template "version"}}, cityHash64(platform, product, review), term FROM {{.From "rejections"}}
           WHERE (period, dictionary) GLOBAL IN ({{template "held rejections" .}})
       ), 'rejected', said) AS assertion
FROM (
    SELECT period, {{template "version"}} AS version, toString(term) AS term, toString(platform) AS platform, product,
           cityHash64(toString(platform), product, review) AS review, toDate(published) AS day,
           {{template "grade"}} AS grade_name, is_default, surface, toString(assertion) AS said
    FROM {{.From "mentions"}} FINAL
    WHERE (period, dictionary) GLOBAL IN ({{template "held mentions" .}})
)
{{- if .Since 23 3}}
COMMENT '词库的每一处命中一行。assertion：affirmed 成立、negated 否定、hypothetical 假设、other 其他、rejected 被人排除；review 与 bi_reviews 的相同，一条评论可以有几处命中，计数用 uniqExact(review)'{{end}};

CREATE VIEW IF NOT EXISTS {{.View "bi_rejections"}} AS
SELECT {{template "when" .}}, term, platform, product, review
FROM (
    SELECT DISTINCT period, {{template "version"}} AS version, term, platform, product, cityHash64(platform, product, review) AS review
    FROM {{.From "rejections"}}
    WHERE (period, dictionary) GLOBAL IN ({{template "held rejections" .}})
)
{{- if .Since 23 3}}
COMMENT '人在复核中排除的：这条评论不算这个评论关键词的差评。谁、为什么排除，只在门户的操作记录里'{{end}};

CREATE VIEW IF NOT EXISTS {{.View "bi_reviews"}} AS
SELECT review, platform, product, day, toStartOfMonth(day) AS month, rating, grade_name AS grade, is_default
FROM (
    SELECT cityHash64(platform, product, id) AS review, platform, product, toDate(published) AS day, rating,
           {{template "grade"}} AS grade_name, is_default
    FROM {{.From "reviews"}} FINAL
)
{{- if .Since 23 3}}
COMMENT '每条评论一行，没有正文、评论编号和买家。month 是发表的自然月，不是报送期'{{end}};

CREATE VIEW IF NOT EXISTS {{.View "bi_products"}} AS
SELECT keyword, platform, product, argMax(name, seen) AS name, argMax(shop_id, seen) AS shop_id, argMax(shop, seen) AS shop,
       argMax(region, seen) AS region, argMax(price_low, seen) / 100 AS price_low, argMax(price_high, seen) / 100 AS price_high,
       toDate(toDateTime(intDiv(max(seen), 1000), 'Asia/Shanghai')) AS last_seen
FROM {{.From "listings"}}
GROUP BY keyword, platform, product
{{- if .Since 23 3}}
COMMENT '每个商品关键词的每件商品一行，名称、店铺、地区、价格（元）是最后一次看到的'{{end}};
