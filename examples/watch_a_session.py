"""Drive a live training as the screen does: send commands, read snapshots. Run: python examples/watch_a_session.py"""

from tuitrain import Hyperparameters, load_dataset
from tuitrain.session.commands import SetHyperparameter, Start
from tuitrain.session.training import TrainingSession

if __name__ == "__main__":
    session = TrainingSession(load_dataset("moons"), Hyperparameters(epochs=40, patience=0))
    snapshot = session.snapshot
    session.send(Start())
    session.send(SetHyperparameter("learning_rate", 0.03))  # applies from the next batch on
    while snapshot.state not in {"done", "failed", "diverged"}:
        snapshot = session.wait(snapshot.version, timeout=60)
        if snapshot.epoch:
            print(f"{snapshot.state}: epoch {snapshot.epoch}, loss {snapshot.train_loss:.4f}")
    print(f"{snapshot.ending}; accuracy {session.describe()['test']['accuracy']:.3f}")
    session.close()
