"""From tables to arrays: reading, types, target, preprocessing, split. Nothing is imported here, to start quickly."""
