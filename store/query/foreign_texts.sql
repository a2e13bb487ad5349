-- Reviews of the window in another language than Chinese, as chaping.Foreign has it.
SELECT count() FROM {{template "window" .}}
  AND (match(text, @letters) AND NOT match(text, @han) OR match(text, @kana))
