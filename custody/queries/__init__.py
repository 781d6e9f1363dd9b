"""What the pages and services of custody read."""
