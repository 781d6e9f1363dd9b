"""The pages of cases, a module a noun."""
