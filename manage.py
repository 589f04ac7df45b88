#!/usr/bin/env python
"""Run a management command of the project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django n'est pas installé ici : lancez d'abord « make install ».")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
