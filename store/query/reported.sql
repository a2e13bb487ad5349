-- The runs in whose reports a text stands.
SELECT DISTINCT run FROM reports FINAL WHERE position(report, @text) > 0
