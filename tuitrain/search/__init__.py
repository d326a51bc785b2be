"""Search: which hyperparameters to try, and many trials at once.

`space.py` says what is searched, a file in `strategies/` each what is tried next, `study.py` keeps what was found.
"""
