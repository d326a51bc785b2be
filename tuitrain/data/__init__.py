"""From tables to arrays: reading, types, target, preprocessing, split. Nothing is imported here, for a quick start."""
