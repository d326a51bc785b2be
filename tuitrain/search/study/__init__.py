"""What a search leaves on disk: its trials, in a journal that can be resumed."""
