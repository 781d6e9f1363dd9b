"""What custody does: evaluate, budgets, signing keys, key-file rotation."""
