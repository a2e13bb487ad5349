-- Keeps the copies that an import is about to replace.
INSERT INTO superseded (platform, product, id, published, rating, grade, rule, is_default,
                        text, appended, appended_at, run, version, by)
SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version, @run
FROM reviews FINAL
WHERE {{template "these reviews"}} AND run != @run
