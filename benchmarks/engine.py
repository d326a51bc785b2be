"""The speed of the engine against PyTorch, scikit-learn, JAX and the bare matrix products.

Run `python benchmarks/engine.py` (needs the `bench` extra). All contestants train the same networks on the same rows,
in turn, in one process with one BLAS thread; shuffling and gathering batches are part of it. The figures are ratios of
medians: above 1 the engine is faster. `--quick` takes fewer rounds; `--jax` compares with JAX alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from tuitrain.engine import Trainer
from tuitrain.engine.floating_point import training_arithmetic
from tuitrain.options.hyperparameters import Hyperparameters

# inputs, hidden, outputs, activation, batch, rows of an epoch, least ratio to PyTorch, to scikit-learn, to the products
NETWORKS = [
    (2, (8, 8), 2, "tanh", 32, 2048, 6.0, 4.0, None),
    (30, (64, 32), 2, "relu", 32, 2048, 4.5, 3.3, None),
    (64, (128, 64), 10, "relu", 64, 4096, 2.5, 3.2, None),
    (784, (512, 256), 10, "relu", 128, 4096, 1.0, 1.3, 0.68),
    (100, (2048, 2048), 10, "relu", 512, 2048, 1.15, 1.25, 0.93),
]
STACKS = [(0, 64, 8.0), (1, 64, 2.2)]
JAX_MEMBERS = (1, 64)
JAX_EPOCHS = 200  # of a training, over which the time to compile is spread: the default of `epochs`


def make_data(features: int, classes: int, rows: int, validation: int = 0) -> Any:
    """Make random rows; only their shape matters."""
    rng = np.random.default_rng(0)

    def part(count: int) -> SimpleNamespace:
        X = rng.standard_normal((count, features)).astype(np.float32)
        return SimpleNamespace(X=X, y=rng.integers(0, classes, count))

    return SimpleNamespace(
        task="classification", n_classes=classes, target_scale=1.0, train=part(rows), validation=part(validation)
    )


def our_epoch(data: Any, hyperparameters: Hyperparameters, members: int = 1) -> Callable[[], object]:
    """Make an epoch of our trainer; without validation data only the last step's probes are added."""
    trainer = Trainer(data, [hyperparameters.replace(seed=member) for member in range(members)])
    return trainer.epoch


def bare_steps(data: Any, hyperparameters: Hyperparameters, members: int = 1) -> Callable[[], object]:
    """Make the bare steps of an epoch: batches, passes, updates, without metrics or probes."""
    trainer = Trainer(data, [hyperparameters.replace(seed=member) for member in range(members)])

    def run() -> None:
        with training_arithmetic:
            trainer._begin_epoch()
            for _ in range(trainer.steps_per_epoch):
                batch = trainer._batches.next(trainer.batch_size)
                trainer._pass(batch.size).train(batch.rows, batch.target, batch.share)
                trainer._update(is_probed=False)

    return run


def torch_epoch(data: Any, hyperparameters: Hyperparameters) -> Callable[[], object]:
    """Make an epoch of eager PyTorch with fused Adam."""
    import torch

    torch.set_num_threads(1)
    sizes = [data.train.X.shape[1], *hyperparameters.hidden_layers, data.n_classes]
    activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[hyperparameters.activation]
    layers: list[torch.nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [torch.nn.Linear(fan_in, fan_out), activation()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    criterion = torch.nn.CrossEntropyLoss()
    X, y, size = torch.tensor(data.train.X), torch.tensor(data.train.y), int(hyperparameters.batch_size)

    def run() -> float:
        total = 0.0
        order = torch.randperm(len(X))
        for start in range(0, len(X), size):
            index = order[start : start + size]
            optimizer.zero_grad()
            loss = criterion(model(X[index]), y[index])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        return total

    return run


def sklearn_epoch(data: Any, hyperparameters: Hyperparameters) -> Callable[[], object]:
    """Make an epoch of scikit-learn's MLPClassifier, warm."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    model = MLPClassifier(
        hyperparameters.hidden_layers, activation=hyperparameters.activation, batch_size=hyperparameters.batch_size,
        max_iter=1, warm_start=True, alpha=0, learning_rate_init=1e-3,
    )  # fmt: skip
    return lambda: model.fit(data.train.X, data.train.y)


def jax_epoch(data: Any, hyperparameters: Hyperparameters, members: int) -> Callable[[], object]:
    """JAX: an epoch as one compiled program, its steps by scan and the members of a stack by vmap; Adam by hand.

    The first call compiles. One thread, as the others; parameters stay on the device between calls.
    """
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    import jax
    import jax.numpy as jnp

    activate = {"relu": jax.nn.relu, "tanh": jnp.tanh}[hyperparameters.activation]
    sizes = [data.train.X.shape[1], *hyperparameters.hidden_layers, data.n_classes]
    X, y, size = jnp.asarray(data.train.X), jnp.asarray(data.train.y), int(hyperparameters.batch_size)
    steps, rate, beta1, beta2 = len(X) // size, 1e-3, 0.9, 0.999

    def initial(key: Any) -> list[tuple[Any, Any]]:
        keys = jax.random.split(key, len(sizes) - 1)
        return [
            (jax.random.normal(k, (a, b)) * (2 / a) ** 0.5, jnp.zeros(b))
            for k, (a, b) in zip(keys, pairwise(sizes), strict=True)
        ]

    def loss_of(parameters: Any, rows: Any, classes: Any) -> Any:
        for weights, biases in parameters[:-1]:
            rows = activate(rows @ weights + biases)
        logits = rows @ parameters[-1][0] + parameters[-1][1]
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), classes[:, None], 1).mean()

    def step(carried: Any, index: Any) -> Any:
        parameters, m, v, count = carried
        loss, gradients = jax.value_and_grad(loss_of)(parameters, X[index], y[index])
        count = count + 1
        m = jax.tree.map(lambda a, g: beta1 * a + (1 - beta1) * g, m, gradients)
        v = jax.tree.map(lambda a, g: beta2 * a + (1 - beta2) * g * g, v, gradients)
        size_of_step = rate * jnp.sqrt(1 - beta2**count) / (1 - beta1**count)
        parameters = jax.tree.map(lambda p, a, b: p - size_of_step * a / (jnp.sqrt(b) + 1e-8), parameters, m, v)
        return (parameters, m, v, count), loss

    def epoch(carried: Any, key: Any) -> Any:
        order = jax.random.permutation(key, len(X))[: steps * size].reshape(steps, size)
        carried, losses = jax.lax.scan(step, carried, order)
        return carried, losses.mean()

    parameters = jax.vmap(initial)(jax.random.split(jax.random.key(0), members))
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = [(parameters, zeros, zeros, jnp.zeros(members)), jax.random.key(1)]
    compiled = jax.jit(jax.vmap(epoch))

    def run() -> Any:
        state[1], *keys = jax.random.split(state[1], members + 1)
        state[0], losses = compiled(state[0], jnp.stack(keys))
        return losses.block_until_ready()

    return run


def compare_with_jax(chosen: Sequence[int], rounds: int, seconds: float) -> None:
    """Print how much faster than JAX the engine is, without and with the time that JAX takes to compile."""
    if importlib.util.find_spec("jax") is None:
        print("\nJAX is not installed (pip install tuitrain[bench]): not compared")
        return
    print(f"\nfaster than JAX (jit, scan, vmap)    compiled    with compiling, in {JAX_EPOCHS} epochs")
    for number in chosen:
        for members in JAX_MEMBERS:
            name, data, h = describe(number)
            if members > 1 and number not in {stack for stack, *_ in STACKS}:
                continue
            theirs = jax_epoch(data, h, members)
            started = time.perf_counter()
            theirs()
            first = time.perf_counter() - started
            ours, jax = interleaved([bare_steps(data, h, members), theirs], rounds, seconds)
            whole = (first + (JAX_EPOCHS - 1) * jax) / (JAX_EPOCHS * ours)
            what = name + (f" × {members}" if members > 1 else "")
            print(f"{what:<36} {jax / ours:5.2f}       {whole:5.2f} ({first:.1f} s to compile)", flush=True)


def bare_products(data: Any, hyperparameters: Hyperparameters) -> Callable[[], object]:
    """Make only the matrix products of the forward and backward passes."""
    rng = np.random.default_rng(0)
    batch = int(hyperparameters.batch_size)
    sizes = [data.train.X.shape[1], *hyperparameters.hidden_layers, data.n_classes]
    weights = [(rng.standard_normal((a, b)) / a**0.5).astype(np.float32) for a, b in pairwise(sizes)]
    values = [rng.standard_normal((batch, size)).astype(np.float32) for size in sizes]
    deltas = [value.copy() for value in values]
    gradients = [np.empty_like(weight) for weight in weights]
    steps = len(data.train.X) // batch

    def run() -> None:
        for _ in range(steps):
            for layer, weight in enumerate(weights):
                np.matmul(values[layer], weight, out=values[layer + 1])
            for layer in range(len(weights) - 1, -1, -1):
                np.matmul(values[layer].T, deltas[layer + 1], out=gradients[layer])
                if layer:
                    np.matmul(deltas[layer + 1], weights[layer].T, out=deltas[layer])

    return run


def interleaved(contestants: list[Callable[[], object]], rounds: int, least_seconds: float) -> list[float]:
    """Return the median seconds of one call of each, called in turn; quick ones are repeated within a turn."""
    repeats = []
    for call in contestants:
        call()
        started = time.perf_counter()
        call()
        repeats.append(max(1, round(least_seconds / max(time.perf_counter() - started, 1e-6))))
    times: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for call, repeat, found in zip(contestants, repeats, times, strict=True):
            started = time.perf_counter()
            for _ in range(repeat):
                call()
            found.append((time.perf_counter() - started) / repeat)
    return [statistics.median(found) for found in times]


def describe(number: int) -> tuple[str, Any, Hyperparameters]:
    features, hidden, outputs, activation, batch, rows, *_ = NETWORKS[number]
    h = Hyperparameters(
        hidden_layers=hidden,
        activation=activation,
        batch_size=batch,
        learning_rate=1e-3,
        l2=0,
        epochs=10**8,
        patience=0,
    )
    name = "-".join(map(str, (features, *hidden, outputs)))
    return f"{name} {activation}, {batch}", make_data(features, outputs, rows), h


def verdict(value: float, least: float | None) -> str:
    return f"{value:5.2f}" + ("" if least is None else f" (≥ {least:g}{'' if value >= least else ' MISSED'})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=int, help="one network, by its number from 1")
    parser.add_argument("--jax", action="store_true", help="with JAX alone")
    options = parser.parse_args()
    rounds, seconds = (5, 0.05) if options.quick else (15, 0.15)
    chosen = [options.only - 1] if options.only else range(len(NETWORKS))
    if options.jax:
        compare_with_jax(chosen, rounds, seconds)
        return
    print("network, batch                     faster than PyTorch   than scikit-learn     products / ours")
    for number in chosen:
        name, data, h = describe(number)
        contestants = [make(data, h) for make in (bare_steps, torch_epoch, sklearn_epoch, bare_products)]
        ours, torch, sklearn, products = interleaved(contestants, rounds, seconds)
        least = NETWORKS[number][6:]
        figures = [verdict(v, n) for v, n in zip((torch / ours, sklearn / ours, products / ours), least, strict=True)]
        print(f"{name:<34} {figures[0]:<21} {figures[1]:<21} {figures[2]}", flush=True)
    print("\nstack                              cost per member falls by")
    for number, members, lowest in STACKS:
        if number in chosen:
            name, data, h = describe(number)
            one, many = interleaved([bare_steps(data, h), bare_steps(data, h, members)], rounds, seconds)
            print(f"{name:<28} × {members:<3}  {verdict(one * members / many, lowest)}", flush=True)
    print("\nan epoch with validation, metrics and gradient norms on / bare training")
    for number in chosen:
        name, data, h = describe(number)
        data.validation = make_data(len(data.train.X[0]), data.n_classes, 8, len(data.train.X) // 5).validation
        bare, full = interleaved([bare_steps(data, h), our_epoch(data, h)], rounds, seconds)
        print(f"{name:<34} {full / bare:5.2f} (≤ 1.15{'' if full / bare <= 1.15 else ' MISSED'})", flush=True)
    compare_with_jax(chosen, rounds, seconds)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
