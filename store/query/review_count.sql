SELECT count() FROM reviews FINAL
