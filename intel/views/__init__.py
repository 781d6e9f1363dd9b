"""The pages of intel, a module a noun."""
