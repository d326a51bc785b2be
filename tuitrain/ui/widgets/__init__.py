"""Widgets, pages and dialogs that several screens share."""
