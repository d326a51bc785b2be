"""What the program explains: the words that stand on the screens and in reports."""
