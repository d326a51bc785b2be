"""Search for good hyperparameters from Python. Run: python examples/tune.py"""

import tuitrain

SPACE = {"learning_rate": "1e-3..1", "hidden_layers": "8,16", "optimizer": "sgd,adam"}

if __name__ == "__main__":  # worker processes import this file
    found = tuitrain.tune("iris", SPACE, trials=8, folds=3, base=tuitrain.Hyperparameters(epochs=10))
    for trial in sorted(found.trials, key=lambda trial: -trial.score)[:3]:
        print(f"trial {trial.number}: {trial.score:.3f} ± {trial.deviation:.3f}  {dict(trial.setting)}")
    print(f"test accuracy of the best: {found.test['accuracy']:.3f}; study: {found.study.path}")
