"""What a training leaves behind on disk."""
