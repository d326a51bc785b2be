"""How a training is going: findings, from what its snapshot holds."""
