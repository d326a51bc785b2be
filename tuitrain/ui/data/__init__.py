"""The dataset chooser."""
