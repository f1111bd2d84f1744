#!/usr/bin/env python3
"""Django's own commands (makemigrations, shell). People use `carethread`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
execute_from_command_line(sys.argv)
