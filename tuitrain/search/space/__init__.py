"""What is searched: ranges, spaces, and settings in them."""
