"""The demo alliance: ten invented institutions, a plan of clues whose collisions are known, and its loading.

It stands above every other package and nothing imports it. It plays the members too, so it is the one place of
the server's checkout where plain values are made; they are written under `var/demo/members`, which stands for the
members' own machines, and reach the platform only through the member's client.
"""
