"""Lists: one declaration serves the page, the search, the export and what is done to many rows (docs/lists.md)."""
