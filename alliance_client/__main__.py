"""`python -m alliance_client` is the command `alliance`."""

from alliance_client.cli import main

main()
