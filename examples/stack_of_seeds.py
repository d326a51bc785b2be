"""Train 20 networks that differ only in their seed as one stack, and see how much luck there is in a score.

Every member is bit-identical to the same training alone. Run: python examples/stack_of_seeds.py
"""

import numpy as np

from tuitrain import Hyperparameters, load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.fit import fit

if __name__ == "__main__":
    trainer = Trainer(load_dataset("iris"), [Hyperparameters(seed=seed, epochs=30) for seed in range(20)])
    losses = np.array([record.validation_loss for record in fit(trainer)])  # (epochs, members)
    best = losses.min(axis=0)
    print(f"lowest validation loss of {len(best)} seeds: {best.min():.4f} to {best.max():.4f}, mean {best.mean():.4f}")
