"""What is to be known of a table before training: its columns, how it was read, what the network will see."""
