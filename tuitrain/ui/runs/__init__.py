"""The Runs screen: everything that was trained, found, compared and continued."""
