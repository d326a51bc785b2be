"""The page of a word: what it means, its formula, what to look for and to try, and a live demonstration."""
