SELECT count(), countIf({{template "affirmed" .}}) FROM mentions FINAL
WHERE period = @period AND dictionary = @mentions
