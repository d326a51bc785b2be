"""The Gaussian process of the Bayesian strategy, in NumPy alone."""
