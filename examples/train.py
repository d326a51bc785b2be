"""Train a network from Python, follow it epoch by epoch, and save it. Run: python examples/train.py"""

import tuitrain
from tuitrain.engine import Record


def show(record: Record) -> None:
    """Print every tenth epoch; values are arrays with one entry, for the one member of the stack."""
    if record.epoch % 10 == 0:
        print(f"epoch {record.epoch}: train {record.train_loss[0]:.3f}, validation {record.validation_loss[0]:.3f}")


if __name__ == "__main__":
    dataset = tuitrain.load_dataset("wine")
    result = tuitrain.train(dataset, tuitrain.Hyperparameters(hidden_layers=(16,), epochs=30), on_epoch=show)
    print(f"test accuracy {result.evaluations['test']['accuracy']:.3f}")
    result.model.save("wine.safetensors")
