"""The forms of cases, a module a noun: they parse, and never save."""
