"""A live training or search: commands in, snapshots out."""
