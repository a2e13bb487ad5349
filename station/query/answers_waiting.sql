SELECT id, key, channel, event, subject, body, created, attempts, due, sent, stopped, error FROM outbox
WHERE channel = ? AND event = 'answer' AND sent = 0 ORDER BY id
