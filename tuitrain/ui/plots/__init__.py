"""Plots: pure functions that turn arrays into lines of styled text.

Nothing here knows of widgets, sessions or the terminal. A picture is a `list[Strip]` of exactly the height and cell
width that was asked for. Styles and signs come from the `Theme` that is handed in.
"""
