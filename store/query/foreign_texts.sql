-- Reviews of the window in another language than Chinese, as chaping.Foreign has it.
-- Nearly all texts have a Chinese character, at which a search for one ends, and no
-- kana, whose first two bytes are these: the expressions that count take fifty times
-- as long, and are asked of the others.
SELECT countIf(match(text, @letters) AND NOT match(text, @han) OR match(text, @kana))
FROM (
    SELECT text FROM {{template "window" .}}
      AND (NOT match(text, @han) OR position(text, '\xe3\x81') > 0 OR position(text, '\xe3\x82') > 0 OR position(text, '\xe3\x83') > 0)
)
