"""Benchmarks: `python -m tests.bench [NAME ...]` prints ratios against floors measured in the same run.

A module here has `NAME`, one line of what it measures, and `rows(scale) -> Iterator[Row]`. Nothing in here is a test: a
busy machine must never turn a figure into a failure.
"""
