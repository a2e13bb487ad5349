SELECT count() FROM {{system "mutations"}} WHERE database = {{database}} AND is_done = 0 AND {{plain "table"}} IN @tables
