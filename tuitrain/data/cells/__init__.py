"""How the cells of a column are read: as numbers, dates, times, two words, or texts."""
