"""The version, in a file of its own so that every floor may import it."""

__version__ = "0.3.0.dev0"
