"""Sentences, words and languages of what people read."""
