"""The center itself: who works there, on what terms, by which rules."""
