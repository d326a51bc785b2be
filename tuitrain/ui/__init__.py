"""The screens: they look at a session and send it commands."""
