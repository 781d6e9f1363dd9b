"""The project's commands and what they share."""
