"""From symptoms to evidence and remedies."""
