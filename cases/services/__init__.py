"""What changes a case: a module a noun. Each records, tells and writes its timeline in one act (`telling.happened`)."""
