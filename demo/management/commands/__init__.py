"""Commands of the demo: load_demo, load_lists, demo_code."""
