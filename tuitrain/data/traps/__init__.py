"""What is to be known about a table before training: leaks, repeated rows, totals, ids, rare classes."""
