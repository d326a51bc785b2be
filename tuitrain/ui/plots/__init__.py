"""Plots: pure functions that turn arrays into lines of styled text.

Nothing here knows of widgets, sessions or the terminal. A picture is a `list[Strip]` of exactly the height and cell
requested width. Styles come from a `Palette`, signs from `Glyphs`; both are arguments.
"""
