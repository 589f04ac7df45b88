"""Open data: aggregates as CSV with a Table Schema, small groups hidden so that nothing gives them back."""
