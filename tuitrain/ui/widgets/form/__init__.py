"""The form: a list of entries, edited in place."""
