"""Everything that a user sets, declared once; the command line, form, TOML, Python and help are made from it."""
