SELECT count(), countIf(assertion = @affirmed) FROM mentions FINAL
WHERE period = @period AND dictionary = @mentions
