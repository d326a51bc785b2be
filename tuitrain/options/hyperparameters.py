"""The one declaration of every hyperparameter.

A hyperparameter is what the user sets and tries out; a parameter (a weight, a bias) is what training finds. Each field
below carries its label, range, default, meaning and when a change takes effect; the command-line options, the form,
the TOML file, the help pages and the validation are made from it. To add one: add a field, and use it in the engine.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuitrain.errors import HyperparameterError
from tuitrain.options.automatic import settled
from tuitrain.options.field import Field
from tuitrain.options.metric_names import CLASS_METRICS, LOSS, VALUE_METRICS
from tuitrain.options.option import Kind, check_all, declare, declared, option_named, read_all
from tuitrain.text import visible
from tuitrain.translation import gettext as _

ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")
LOSSES = ("auto", "mse", "mae", "huber", "binary_cross_entropy", "cross_entropy", "hinge")
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw", "adamax", "nadam")
SCHEDULES = ("constant", "step", "exponential", "cosine", "warm_restarts", "one_cycle", "inverse_scaling", "plateau")
INITIALIZERS = (
    "auto", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun", "normal", "uniform", "zeros",
)  # fmt: skip
CLASS_WEIGHTS = ("none", "balanced")
METRIC_NAMES = (LOSS, *CLASS_METRICS, *VALUE_METRICS)
GROUPS = ("network", "optimisation", "regularisation", "run")

# what a field meant in versions that did not have it, or had another default: for files that do not name it
_MEANING_WHEN_MISSING = {
    "weight_decay": 0.0, "hidden_layers": "64x32", "learning_rate": 0.01, "schedule": "constant", "batch_size": 32,
    "l2": 0.01, "epochs": 200, "patience": 30,
}  # fmt: skip
_ADAMS = ("adam", "adamw", "adamax", "nadam")


def _declare(default: Any, label: str, group: str, kind: Kind, meaning: str, explanation: str, **rest: Any) -> Any:
    return declare(default, label, kind, meaning, explanation, group=group, **rest)


@dataclass(frozen=True)
class Hyperparameters:
    """What the user sets for one training; frozen, valid by construction.

    Fields whose default is ``auto`` hold it until `settled` says what it comes to, which a `Trainer` does: those of a
    training have the types that are written here.

    Raises
    ------
    HyperparameterError
        if any value is not allowed: one line for each, all at once.
    """

    hidden_layers: tuple[int, ...] = _declare(
        "auto", "hidden layers", "network", "layers", "units of each hidden layer, as 64x32",
        "Layers between the inputs and the outputs. More units and layers can represent more, need more data and time, "
        "and overfit sooner. None at all makes it linear or logistic regression, or a linear SVM under hinge. "
        "auto: 64x32; 128x64 from 2,500 training rows.",
        live=False, maximum=65536, words=("auto",), search="16,32,64,32x16,64x32",
    )  # fmt: skip
    activation: str = _declare(
        "relu", "activation", "network", "choice", "function applied to each hidden unit's sum",
        "What bends the network: without it, layers would collapse into one linear map. ReLU is quick and does not "
        "saturate, but its units can die; tanh and sigmoid saturate, and their gradients vanish with depth.",
        live=False, choices=ACTIVATIONS, search="relu,tanh",
    )  # fmt: skip
    leaky_slope: float = _declare(
        0.01, "leaky slope", "network", "number", "slope of leaky ReLU for negative sums",
        "A small slope keeps some gradient flowing where plain ReLU would be dead.",
        live=False, minimum=0, maximum=1, scale="log", step=0.001, when={"activation": ("leaky_relu",)},
        search="0.001..0.3",
    )  # fmt: skip
    loss: str = _declare(
        "auto", "loss", "network", "choice", "distance between prediction and truth",
        "What training makes small. auto: cross entropy for classes, mean squared error for values. mae and huber "
        "care less about outliers; hinge makes a support vector machine.",
        live=False, choices=LOSSES, search="auto,huber",
    )  # fmt: skip
    huber_delta: float = _declare(
        1.0, "huber delta", "network", "number", "where the Huber loss turns from square to straight",
        "In standard deviations of the target. Errors below it count squared, larger ones in proportion.",
        live=False, minimum=0, above_minimum=True, scale="log", when={"loss": ("huber",)}, search="0.1..10",
    )  # fmt: skip
    C: float = _declare(
        1.0, "C", "network", "number", "hinge: weight of errors against a wide margin",
        "As in a linear SVM: minimise ½‖w‖² + C Σ hinge. A small C regularises more. It takes the place of L2.",
        minimum=0, above_minimum=True, scale="log", when={"loss": ("hinge",)}, search="0.001..1000",
    )  # fmt: skip
    initializer: str = _declare(
        "auto", "initialiser", "network", "choice", "how weights are drawn before training",
        "auto: He for the ReLU family, LeCun for elu, Glorot otherwise. zeros shows why symmetry must be broken.",
        live=False, choices=INITIALIZERS, search="glorot_uniform,he_normal",
    )  # fmt: skip

    optimizer: str = _declare(
        "adam", "optimiser", "optimisation", "choice", "rule that turns gradients into steps",
        "sgd follows the gradient; momentum and nesterov remember past steps; adagrad, adadelta, rmsprop and the adam "
        "family give each parameter a step of its own. A change in mid-training starts it with fresh state.",
        choices=OPTIMIZERS, search="momentum,adam",
    )  # fmt: skip
    learning_rate: float = _declare(
        "auto", "learning rate", "optimisation", "number", "size of a step along the gradient",
        "Too large: the loss jumps or explodes. Too small: it creeps. The hyperparameter to try first. auto: 0.003 for "
        "the adam family (0.01 without bins of numbers), 0.1 for sgd, 0.01 for momentum and nesterov.",
        minimum=0, above_minimum=True, maximum=1000, scale="log", words=("auto",), nudge_start=0.01, search="1e-4..1",
    )  # fmt: skip
    momentum: float = _declare(
        0.9, "momentum", "optimisation", "number", "share of the last step that is kept",
        "Averages out zigzags and rolls through flat stretches; 0.9 makes steps about ten times longer.",
        minimum=0, maximum=0.9999, scale="complement", when={"optimizer": ("momentum", "nesterov")}, search="0.5..0.99",
    )  # fmt: skip
    beta1: float = _declare(
        0.9, "beta1", "optimisation", "number", "memory of the gradient's mean",
        "The Adam family's momentum.", minimum=0, maximum=0.9999, scale="complement", when={"optimizer": _ADAMS},
        search="0.5..0.99",
    )  # fmt: skip
    beta2: float = _declare(
        0.999, "beta2", "optimisation", "number", "memory of the gradient's square",
        "The Adam family's memory of how large each gradient is.", minimum=0, maximum=0.999999, scale="complement",
        when={"optimizer": _ADAMS}, search="0.9..0.999",
    )  # fmt: skip
    rho: float | str = _declare(
        "auto", "rho", "optimisation", "number", "memory of the squared gradient",
        "auto: 0.99 for rmsprop, 0.9 for adadelta.", minimum=0, maximum=0.9999, scale="complement", words=("auto",),
        automatic={"adadelta": 0.9, "": 0.99}, nudge_start=0.9, when={"optimizer": ("rmsprop", "adadelta")},
        search="0.8..0.99",
    )  # fmt: skip
    epsilon: float | str = _declare(
        "auto", "epsilon", "optimisation", "number", "keeps a division by a small root finite",
        "auto: 1e-8; 1e-10 for adagrad, 1e-6 for adadelta.", minimum=0, above_minimum=True, maximum=1, scale="log",
        words=("auto",), automatic={"adagrad": 1e-10, "adadelta": 1e-6, "": 1e-8}, nudge_start=1e-8,
        when={"optimizer": (*_ADAMS, "rmsprop", "adagrad", "adadelta")}, search="1e-10..1e-3",
    )  # fmt: skip
    schedule: str = _declare(
        "auto", "schedule", "optimisation", "choice", "how the learning rate changes while training",
        "Large steps first and small ones later reach lower losses. plateau cuts the rate when the validation loss "
        "stops falling. auto: cosine, or constant where a learning rate is given.", choices=("auto", *SCHEDULES),
        search="constant,cosine",
    )  # fmt: skip
    schedule_factor: float = _declare(
        0.5, "decay factor", "optimisation", "number", "what the learning rate is multiplied by",
        "step: every so many epochs; exponential: spread over each such stretch; plateau: at each standstill.",
        minimum=0, above_minimum=True, maximum=1, step=0.05, when={"schedule": ("step", "exponential", "plateau")},
        search="0.1..0.9",
    )  # fmt: skip
    schedule_epochs: int = _declare(
        20, "decay epochs", "optimisation", "whole", "length of a stretch of the schedule",
        "step, exponential: epochs for one decay factor; warm restarts: epochs to the first restart.",
        minimum=1, maximum=1_000_000, scale="log", unit="epochs",
        when={"schedule": ("step", "exponential", "warm_restarts")}, search="5..50",
    )  # fmt: skip
    schedule_growth: float = _declare(
        2.0, "restart growth", "optimisation", "number", "how much longer each warm restart's stretch is",
        "1: all of the same length; 2: each twice the one before.", minimum=1, maximum=10, step=0.5,
        when={"schedule": ("warm_restarts",)}, search="1..3",
    )  # fmt: skip
    schedule_minimum: float = _declare(
        0.0, "lowest rate", "optimisation", "number", "share of the learning rate that the schedule ends at",
        "0.01: a hundredth of the learning rate.", minimum=0, maximum=1, scale="log", step=0.001,
        when={"schedule": ("cosine", "warm_restarts", "one_cycle", "plateau")}, search="0.001..0.1",
    )  # fmt: skip
    schedule_power: float = _declare(
        0.5, "decay power", "optimisation", "number", "inverse scaling: rate / (1 + step)^power",
        "Steps are batches; scikit-learn's invscaling counts rows.", minimum=0, maximum=2, step=0.1,
        when={"schedule": ("inverse_scaling",)}, search="0.1..1",
    )  # fmt: skip
    schedule_patience: int = _declare(
        10, "plateau patience", "optimisation", "whole", "epochs without a better loss before the rate is cut",
        "plateau: watches the validation loss, or the training loss where there is none.", minimum=0,
        maximum=1_000_000, scale="log", unit="epochs", when={"schedule": ("plateau",)}, search="2..20",
    )  # fmt: skip
    warmup: float = _declare(
        0.0, "warm-up", "optimisation", "number", "epochs over which the learning rate rises from zero",
        "Spares the first steps, when the gradients are wild and Adam's averages empty.", minimum=0,
        maximum=1_000_000, step=1, unit="epochs", search="0..10",
    )  # fmt: skip
    batch_size: int | str = _declare(
        "auto", "batch size", "optimisation", "whole", "rows per step, or full for all of them",
        "full: batch gradient descent; 1: stochastic; between: mini-batch. Small batches are noisy and need little "
        "memory; large ones are steady and use the processor better. auto: 64.",
        minimum=1, maximum=10_000_000, scale="doubling", words=("full", "auto"), nudge_start=1024,
        nudge_down_from_word=True,
        search="16,32,64,128",
    )  # fmt: skip

    l1: float = _declare(
        0.0, "L1", "regularisation", "number", "penalty on the weights' absolute values",
        "Takes small weights to exactly 0, by a proximal step after each update; the steadier the gradient (large "
        "batches), the more of them stay there. Biases are not penalised.",
        minimum=0, maximum=1000, scale="log", step=1e-6, search="1e-7..1e-2",
    )  # fmt: skip
    l2: float = _declare(
        "auto", "L2", "regularisation", "number", "penalty on the weights' squares, ½·L2·‖w‖²",
        "Keeps weights small; enters the gradient, and so is scaled by Adam. Biases are not penalised. auto: 5 / "
        "training rows (at most 0.01 without bins of numbers), 0 where weights decay.",
        minimum=0, maximum=1000, scale="log", step=1e-6, words=("auto",), nudge_start=0.01, search="1e-6..1e-1",
        when={"loss": tuple(name for name in LOSSES if name != "hinge")},
    )  # fmt: skip
    weight_decay: float | str = _declare(
        "auto", "weight decay", "regularisation", "number", "share of the weights taken off per step and unit of rate",
        "Decoupled from the gradient (Loshchilov & Hutter, 2019): what makes adam adamw. Biases are not decayed. "
        "auto: 0.01 for adamw, else 0.",
        minimum=0, maximum=1000, scale="log", step=1e-5, words=("auto",), automatic={"adamw": 0.01, "": 0.0},
        nudge_start=0.01, search="1e-5..1e-1",
    )  # fmt: skip
    dropout: float = _declare(
        0.0, "dropout", "regularisation", "number", "share of hidden units silenced in each step",
        "Forces the network not to rely on single units. The others are scaled up, so prediction needs no change.",
        minimum=0, maximum=0.95, step=0.05, search="0..0.5",
    )  # fmt: skip
    gradient_clip: float = _declare(
        0.0, "gradient clip", "regularisation", "number", "longest gradient let through; 0: any",
        "A longer gradient is shortened to this norm: a guard against explosions.",
        minimum=0, maximum=1e6, scale="log", step=0.01, search="0.1..10",
    )  # fmt: skip

    epochs: int = _declare(
        "auto", "epochs", "run", "whole", "passes over the training rows",
        "Training ends here at the latest. Raise it while training to go on longer. auto: 60, or as many as make 2,000 "
        "steps.",
        minimum=1, maximum=100_000_000, scale="log", words=("auto",), nudge_start=100, search="50..500",
    )  # fmt: skip
    patience: int = _declare(
        "auto", "patience", "run", "whole", "epochs without a better validation loss before stopping; 0: never",
        "Early stopping: the parameters of the best epoch are kept. Without a validation part it never stops early. "
        "auto: 10, or as many as make 500 steps.",
        minimum=0, maximum=100_000_000, scale="log", words=("auto",), nudge_start=10,
        unit="epochs", search="10..100",
    )  # fmt: skip
    ensemble: int = _declare(
        1, "ensemble", "run", "whole", "networks that are trained together and averaged",
        "Each has a seed and validation rows of its own, so that every row but the test's is trained on; their "
        "probabilities, or values, are averaged. 8 are clearly better than one and take about five times as long; 4 "
        "have most of it. Under auto, members have 64x32 units.",
        live=False, minimum=1, maximum=64, scale="doubling", search="1,4,8",
    )  # fmt: skip
    metric: str = _declare(
        "loss", "metric", "run", "choice", "what the best epoch is chosen by, on the validation rows",
        "Early stopping keeps the epoch that is best by it; of equally good epochs the one with the lowest loss. "
        "Classes: accuracy to mcc; numbers: r2 to mape. Precision, recall, F1 and the areas are those of the class "
        "that --positive names, or else means over the classes.", choices=METRIC_NAMES, live=False,
        search="loss,accuracy", flag_name="metric",
    )  # fmt: skip
    threshold: float | str = _declare(
        "none", "threshold", "run", "number", "probability from which the positive class is answered",
        "none: the likeliest class is answered. auto: the one that is best on the validation rows, by the metric where "
        "that judges decisions, else by F1. The positive class is the one that --positive names, else the second of "
        "two.", minimum=0, maximum=1, words=("none", "auto"), nudge_start=0.5, step=0.05, live=False, search="0.1..0.9",
    )  # fmt: skip
    class_weights: str = _declare(
        "none", "class weights", "run", "choice", "balanced: rare classes count more",
        "balanced weighs each training row by rows / (classes × rows of its class). The validation loss, which chooses "
        "the best epoch and compares trials, weighs none.", live=False, choices=CLASS_WEIGHTS,
        search="none,balanced",
    )  # fmt: skip
    seed: int = _declare(
        0, "seed", "run", "whole", "start of the random numbers",
        "The same seed gives the same bits. Try several to see how much of a result is luck.",
        live=False, minimum=0, maximum=2**63 - 1, search="0..9",
    )  # fmt: skip

    def __post_init__(self) -> None:
        if problems := check_all(self, FIELDS):
            raise HyperparameterError("\n".join(problems))

    @classmethod
    def of(cls, given: Hyperparameters | Mapping[str, Any] | None) -> Hyperparameters:
        """Return what was given, made from names to values if it is a mapping; the defaults where None.

        Raises
        ------
        HyperparameterError
            if it is something else, or as `from_mapping` does.
        """
        if isinstance(given, Hyperparameters):
            return given
        if given is None or isinstance(given, Mapping):
            return cls.from_mapping(given or {})
        shown = visible(repr(given), 60)
        raise HyperparameterError(
            _("hyperparameters: {shown} is neither Hyperparameters nor a mapping of names to values").format(
                shown=shown
            )
        )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Hyperparameters:
        """Make one from names to values, where a text is read as a person would type it.

        Raises
        ------
        HyperparameterError
            with a line for each unknown name and each value that is not allowed.
        """
        read, problems = read_all(FIELDS, values, _("hyperparameter"))
        if problems:
            raise HyperparameterError("\n".join(problems))
        return cls(**read)

    @classmethod
    def from_record(cls, values: Mapping[str, Any]) -> Hyperparameters:
        """Make one from what a version of tuitrain, perhaps an older one, recorded in a model or a study.

        A field that the record lacks has the meaning that it had when such records were written.

        Raises
        ------
        HyperparameterError
            as `from_mapping` does.
        """
        return cls.from_mapping({**_MEANING_WHEN_MISSING, **values})

    def replace(self, **changes: Any) -> Hyperparameters:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_mapping(self) -> dict[str, Any]:
        """Names to values, in the order of the form, fit for JSON and TOML."""
        return {name: spec.plain(getattr(self, name)) for name, spec in FIELDS.items()}

    def number(self, name: str) -> float:
        """The value of a number's field, where ``auto`` is what it comes to under the optimizer."""
        value: float | str = getattr(self, name)
        if isinstance(value, str):
            return automatic(name, self.optimizer)
        return value

    def resolved(self) -> Hyperparameters:
        """A copy with the numbers that ``auto`` comes to in its place."""
        return self.replace(**{name: self.number(name) for name, spec in FIELDS.items() if spec.automatic})

    def settled(self, rows: int, *, has_bins: bool = True) -> Hyperparameters:
        """A copy with what ``auto`` comes to for a training on so many rows; what depends on the optimizer stays.

        `has_bins` says whether the dataset's number columns have bins (``encode_numbers``).
        """
        return settled(self, rows, has_bins=has_bins)

    def matters(self, name: str) -> bool:
        """Whether the field has an effect with the other fields as they are (beta2 has none under sgd)."""
        return all(getattr(self, other) in values for other, values in FIELDS[name].when.items())

    def differences(self, other: Hyperparameters) -> dict[str, tuple[Any, Any]]:
        """Fields that differ: name to (own value, the other's value)."""
        pairs = {name: (getattr(self, name), getattr(other, name)) for name in FIELDS}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


FIELDS: dict[str, Field] = declared(Hyperparameters, Field)


def automatic(name: str, optimizer: str) -> float:
    """What ``auto`` comes to for a field under an optimizer."""
    values = FIELDS[name].automatic
    return values.get(optimizer, values[""])


def field_name(text: str) -> str | None:
    """The field that `text` means, where case, hyphens and the label's spelling do not matter; None if none."""
    return option_named(FIELDS, text)
