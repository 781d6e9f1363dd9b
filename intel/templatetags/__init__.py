"""Template tags of intel."""
