"""Benchmarks, each beside a floor of the same run: `python -m tests.bench`, with TEST_DATABASE_URL as for tests."""

import tests.conftest  # noqa: F401 - sets the environment and Django up, before anything reads a model
