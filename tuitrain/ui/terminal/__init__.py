"""Everything that touches the terminal itself, or private names of Textual."""
