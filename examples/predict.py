"""Predict with a saved model. Run: python examples/predict.py (it trains a model first if there is none)"""

from pathlib import Path

import tuitrain

MODEL = Path("iris.safetensors")

if __name__ == "__main__":
    if not MODEL.exists():
        tuitrain.train(tuitrain.load_dataset("iris"), tuitrain.Hyperparameters(epochs=30)).model.save(MODEL)
    model = tuitrain.load_model(MODEL)
    flowers = [
        {"sepal length cm": 5.1, "sepal width cm": 3.5, "petal length cm": 1.4, "petal width cm": 0.2},
        {"sepal length cm": 6.7, "sepal width cm": 3.0, "petal length cm": 5.2, "petal width cm": 2.3},
    ]
    for name, probabilities in zip(model.predict(flowers), model.predict_proba(flowers), strict=True):
        print(f"{name}: {max(probabilities):.2f}")
