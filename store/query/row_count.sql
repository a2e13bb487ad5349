SELECT count() FROM {{.}}
