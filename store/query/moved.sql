SELECT platform, product, id FROM ({{template "moved"}}) LIMIT @limit
