"""Schemes (classification, headings), the embedding model, the recommender, training and evaluation."""
