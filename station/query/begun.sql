-- What of the first week has been done.
SELECT (SELECT count(*) FROM account WHERE disabled = 0 AND password <> ''),
       (SELECT count(*) FROM watch),
       EXISTS (SELECT 1 FROM watch WHERE json_array_length(terms) > 0) OR EXISTS (SELECT 1 FROM audit WHERE action = '修改词库'),
       EXISTS (SELECT 1 FROM sheet WHERE form = 'platform'),
       EXISTS (SELECT 1 FROM sheet WHERE form = 'association'),
       EXISTS (SELECT 1 FROM audit WHERE action = '试发通知') OR EXISTS (SELECT 1 FROM outbox WHERE event = 'test' AND sent > 0)
