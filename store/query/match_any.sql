SELECT countIf(multiMatchAny(text, @patterns)) FROM reviews
