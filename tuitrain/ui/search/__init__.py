"""What the Search screen is made of: its form, its panes, its keys."""
