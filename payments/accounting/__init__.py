"""Accounting entries and the file that carries them. Pure: no Django, no database."""
