"""Aggregate reports for the regulator: numbers that reproduce, and never a single clue."""
