#!/usr/bin/env python
"""Django's command line for Alliance; `scripts/up` sets the environment for the one-machine mode."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
    execute_from_command_line(sys.argv)
