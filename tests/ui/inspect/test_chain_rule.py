"""Every line of the chain rule and of the step can be checked by its own numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.session.inside.answers import first_of
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.engine.activations import ACTIVATIONS
from tuitrain.engine.optimizers import OPTIMIZERS
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.asked.bench import RowAnswer, TraceRow
from tuitrain.session.inside.bench import trace_row
from tuitrain.session.inspection import Copy
from tuitrain.ui.inspect.bench_shares import draw_shares, two_ways
from tuitrain.ui.inspect.chain_rule import (
    Formula,
    Share,
    WeightPlace,
    chain_rule,
    relative_error,
    shares,
    step_formulas,
)
from tuitrain.ui.inspect.formula_line import formula_line
from tuitrain.ui.inspect.forward_rule import forward_formulas, loss_formula
from tuitrain.ui.theme import theme_for

LOSSES = ["cross_entropy", "binary_cross_entropy", "mse", "hinge"]


def answer_of(question: TraceRow | None = None, steps: int = 3, dataset: str = "moons", **fields: object) -> RowAnswer:
    data = load_dataset(dataset)
    trainer = Trainer(data, Hyperparameters(hidden_layers=(5, 4), **fields))  # type: ignore[arg-type]
    for _ in range(steps):
        trainer.step()
    answer = first_of(trace_row(question or TraceRow(), Copy.of(trainer, data, 0)))
    assert isinstance(answer, RowAnswer)
    return answer


def value_of(text: str) -> float | None:
    """What the numbers come to; None where they are words."""
    text = re.sub(r"(\d+) more: ", "", text)
    text = re.sub(r"  (?=[+−])", " + ", text)
    for sign, word in (("−", "-"), ("·", "*"), ("²", "**2")):
        text = text.replace(sign, word)
    text = text.replace("sign(", "sign(").replace("e^(", "exp(")
    if re.search(r"[^\d\s+*/().,e-]", text.replace("sign", "").replace("exp", "").replace("max", "")):
        return None
    names = {"sign": np.sign, "exp": math.exp, "max": max}
    return float(eval(text, {"__builtins__": {}}, names))


def check(formulas: list[Formula], least: int) -> None:
    """Compare each line's numbers with its result, as far as four digits tell."""
    checked = 0
    for formula in formulas:
        found, result = value_of(formula.numbers), value_of(formula.result)
        if found is None or not formula.numbers:
            continue
        assert result is not None
        assert found == pytest.approx(result, rel=0.06, abs=2e-4), formula
        checked += 1
    assert checked >= least


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_each_line_of_the_chain_rule_comes_to_its_result(activation: str, layer: int) -> None:
    answer = answer_of(activation=activation)
    place = WeightPlace(layer, 1, 1)
    answer = replace(answer, difference=float(answer.trace.gradient[place.index(answer)]))
    check(chain_rule(answer, place), 2 if layer == 2 else 3)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_outputs_delta_is_written_for_every_loss(loss: str) -> None:
    answer = answer_of(loss=loss)
    check(chain_rule(answer, WeightPlace(2, 0, 0)), 1)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_the_outputs_delta_of_a_regression(loss: str) -> None:
    check(chain_rule(answer_of(dataset="sine", loss=loss), WeightPlace(2, 0, 0)), 1)


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
@pytest.mark.parametrize("penalties", [{"l2": 0.0}, {"l2": 0.1, "l1": 0.01, "gradient_clip": 0.3, "weight_decay": 0.2}])
def test_each_line_of_the_step_comes_to_its_result(optimizer: str, penalties: dict[str, float]) -> None:
    answer = answer_of(optimizer=optimizer, learning_rate=0.05, **penalties)
    index = WeightPlace(0, 0, 0).index(answer)
    check(step_formulas(answer.step, index), 1)
    assert step_formulas(answer.step, index)[-1].result.replace("−", "-") == pytest.approx(
        f"{answer.step.after_parameters[index]:.4f}"
    )


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("steps", [1, 40])
def test_the_step_of_nadam_and_of_adadelta_comes_from_the_line_before_it(steps: int) -> None:
    """As a learner would check it, with the printed numbers alone."""
    nadam = answer_of(optimizer="nadam", learning_rate=0.5, steps=steps).step
    index = int(np.argmax(np.abs(nadam.gradient)))
    lines = {line.symbol: line for line in step_formulas(nadam, index)}
    root = math.sqrt(number(lines["v̂"].result)) + nadam.settings["epsilon"]
    assert 0.5 * number(lines["n"].result) / root == pytest.approx(float(nadam.step[index]), rel=0.03)
    adadelta = answer_of(optimizer="adadelta", learning_rate=0.5, steps=steps).step
    index = int(np.argmax(np.abs(adadelta.gradient)))
    lines = {line.symbol: line for line in step_formulas(adadelta, index)}
    g, a, s = (number(part.strip(" √")) for part in re.split("[·/]", lines["d"].numbers))
    assert g * math.sqrt(a) / math.sqrt(s) == pytest.approx(number(lines["d"].result), rel=0.03)
    assert 0.5 * number(lines["d"].result) == pytest.approx(float(adadelta.step[index]), rel=0.03)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_each_line_of_the_way_forward_comes_to_its_result(activation: str, layer: int) -> None:
    answer = answer_of(activation=activation)
    lines = forward_formulas(answer, WeightPlace(layer, 0, 1), has_loss=True)
    check(lines, 2 if layer == 2 else 1)
    sums = answer.trace.layers[layer]
    assert value_of(lines[0].result) == pytest.approx(float((sums.inputs @ sums.block)[1]), abs=1e-4)
    for shorter in lines[0].shorter:
        assert value_of(shorter) == pytest.approx(value_of(lines[0].result), rel=0.02, abs=0.005)
    if layer < 2:
        z = by_formula(activation, float(sums.z[1]))
        assert value_of(lines[1].result) == pytest.approx(z, abs=1e-4)


def by_formula(activation: str, z: float) -> float:
    """The activations by the standard library."""
    sigmoid = 1 / (1 + math.exp(-z))
    return {
        "identity": z, "sigmoid": sigmoid, "tanh": math.tanh(z), "relu": max(0.0, z), "leaky_relu": max(z, 0.01 * z),
        "elu": z if z > 0 else math.exp(z) - 1, "gelu": z * 0.5 * (1 + math.erf(z / math.sqrt(2))),
        "silu": z * sigmoid, "softplus": math.log(1 + math.exp(z)),
    }[activation]  # fmt: skip


@pytest.mark.parametrize(
    ("dataset", "loss"),
    [("moons", loss) for loss in LOSSES] + [("sine", loss) for loss in ("mse", "mae", "huber")] + [("iris", "hinge")],
)
def test_the_loss_is_written_for_every_loss(dataset: str, loss: str) -> None:
    answer = answer_of(dataset=dataset, loss=loss)
    formula = loss_formula(answer)
    last = answer.trace.layers[-1]
    z, p, t = last.z, last.a, answer.trace.target
    others = z[t < 1] if loss == "hinge" and len(z) > 1 else z
    true = float(p[t.argmax()])
    expected = {
        "cross_entropy": lambda: -math.log(true),
        "binary_cross_entropy": lambda: float(np.mean(-t * np.log(p) - (1 - t) * np.log(1 - p))),
        "mse": lambda: float(np.mean((z - t) ** 2)),
        "mae": lambda: float(np.mean(np.abs(z - t))),
        "huber": lambda: float(np.mean(np.where(np.abs(z - t) <= 1, (z - t) ** 2 / 2, np.abs(z - t) - 0.5))),
        "hinge": lambda: max(0.0, 1 - float(t[0] * z[0])) if len(z) == 1
        else max(0.0, 1 + float(others.max()) - float(z[t.argmax()])),
    }[loss]()  # fmt: skip
    assert value_of(formula.result) == pytest.approx(expected, abs=1e-4)
    if formula.numbers:
        check([formula], 0)
    if formula.numbers.startswith("−ln"):
        assert -math.log(float(formula.numbers.split()[1])) == pytest.approx(expected, abs=2e-4)


def test_the_finite_difference_is_that_of_the_chosen_weight() -> None:
    for index in (0, 7, 20):
        answer = answer_of(TraceRow(weight=index), activation="tanh")
        assert relative_error(float(answer.trace.gradient[index]), answer.difference) < 1e-5


def test_the_example_shares_an_error_of_06_by_weights_3_and_2() -> None:
    answer = first_of(trace_row(TraceRow(example="shares"), None))  # type: ignore[arg-type]
    assert isinstance(answer, RowAnswer)
    first, second = shares(answer, 0, 0)
    assert (first.name, second.name) == ("h1", "h2")
    assert (first.share, second.share) == pytest.approx((0.6, 0.4))
    assert (first.of_delta, second.of_delta) == pytest.approx((0.36, 0.24))
    assert (first.back, second.back) == pytest.approx((1.8, 1.2))
    assert answer.trace.loss == pytest.approx(0.5 * 0.6**2)
    np.testing.assert_allclose(answer.step.after_parameters, [2.94, 1.94, -0.06])


def test_dropout_stands_in_the_chain_rule() -> None:
    answer = answer_of(dropout=0.5, activation="tanh")
    masks = answer.trace.layers[0].mask
    assert set(masks.tolist()) <= {0.0, 2.0}
    for unit, mask in enumerate(masks):
        formulas = {formula.symbol: formula for formula in chain_rule(answer, WeightPlace(0, 0, unit))}
        assert formulas["m"].result == f"{mask:.2f}"
        if mask == 0:
            assert formulas["∂J/∂w"].result in {"+0.0000", "−0.0000"}


def test_worst_row_comes_first_and_its_loss_is_the_engines() -> None:
    data = load_dataset("moons")
    trainer = Trainer(data, Hyperparameters(hidden_layers=(4,)), dtype=np.float64)
    trainer.epoch()
    losses = [
        float(trainer.network.loss_and_gradients(data.validation.X[row : row + 1], data.validation.y[row : row + 1])[0])
        for row in range(len(data.validation))
    ]
    for place in (0, 1, 10):
        answer = first_of(trace_row(TraceRow(place=place), Copy.of(trainer, data, 1)))
        assert isinstance(answer, RowAnswer)
        assert answer.trace.loss == pytest.approx(sorted(losses, reverse=True)[place], rel=1e-6)


def test_a_rows_cells_are_those_of_the_table() -> None:
    data = load_dataset("digits")
    trainer = Trainer(data, Hyperparameters(hidden_layers=(4,)))
    answer = first_of(trace_row(TraceRow(), Copy.of(trainer, data, 0)))
    assert isinstance(answer, RowAnswer)
    found = [float(cell) for cell in answer.values.values()]
    assert len(found) > 50 and found == pytest.approx(
        [round(value) for value in found], abs=1e-9
    )  # pixels from 0 to 16
    assert 0 in found and max(found) == 16


def share_line(delta: float) -> str:
    found = [Share(0, "x1", 0.292, 0.7, -0.4667, delta), Share(1, "x2", 0.125, 0.3, 0.3342, delta)]
    return draw_shares(78, 2, found, 0, theme=theme_for("none"))[1].text


def test_what_comes_back_is_the_product_of_the_two_numbers_beside_it() -> None:
    product, result = share_line(-1.2101).split("back w·δ = ")[1].split(" = ")
    assert value_of(product) == pytest.approx(value_of(result), abs=1e-4)


def test_no_product_is_written_before_the_error_has_come_back() -> None:
    assert "not known yet" in share_line(math.nan) and "w·δ" not in share_line(math.nan)


@pytest.mark.parametrize(("moved", "rule"), [((), "ŷ − t"), (((0, 10.0, 0),), "±delta, as |ŷ − t| > delta")])
def test_the_rule_of_the_huber_loss_names_its_delta_only_where_that_cuts(moved, rule) -> None:
    answer = first_of(trace_row(TraceRow(example="shares", moved=moved), None))
    found = next(line for line in chain_rule(answer, WeightPlace(0, 0, 0)) if line.symbol == "δ(o1)")
    assert found.rule == rule and value_of(found.numbers) == pytest.approx(value_of(found.result))


def test_averages_of_squares_have_three_digits_that_count() -> None:
    answer = answer_of(optimizer="adam")
    index = int(np.argmin(np.abs(answer.step.after["v"] - 4e-4)))
    average, corrected = (one for one in step_formulas(answer.step, index) if one.symbol in ("v", "v\u0302"))
    assert 1e-5 < answer.step.after["v"][index] < 0.01
    assert average.result == f"+{answer.step.after['v'][index]:.2e}".replace("e-0", "e-")
    assert corrected.numbers.startswith(f"{average.result} / ")


def test_a_long_rule_is_whole_where_its_numbers_leave_room() -> None:
    found = Formula("new w", "w − η·m̂ / (√v̂ + ε)", "0.0258 − −0.0149", "0.0406")
    drawn = formula_line(found, 78, theme=theme_for("none", ascii_only=True)).text
    assert "+ eps)" in drawn and "0.0258 - -0.0149" in drawn and len(drawn) == 78


def test_a_remark_is_not_written_as_another_result() -> None:
    check = chain_rule(answer_of(), WeightPlace(0, 0, 0))[-1]
    assert "= relative error" not in formula_line(check, 78, theme=theme_for("true")).text


@pytest.mark.parametrize(("width", "height"), [(78, 2), (40, 8), (118, 20)])
def test_the_shares_of_a_unit_come_to_100_per_cent(width: int, height: int) -> None:
    sizes = (0.226, 0.226, 0.226, 0.126, *[0.0392] * 5)
    found = [Share(i, f"x{i}", size, size, 1.0, 0.5) for i, size in enumerate(sizes)]
    drawn = "".join(strip.text for strip in draw_shares(width, height, found, 0, theme=theme_for("true")))
    percents = [int(text) for text in re.findall(r"(\d+) %", drawn)]
    assert sum(percents) == (100 if height < 4 else 200)  # the table has its sum below


def test_in_ascii_a_share_is_written_with_products() -> None:
    found = [Share(0, "h1", 3.0, 0.6, 3.0, 0.6), Share(1, "h2", 2.0, 0.4, 2.0, 0.6)]
    drawn = "".join(strip.text for strip in two_ways(78, found, theme=theme_for("none", ascii_only=True)))
    assert "0.6*3/(3+2) = 0.360" in drawn and "0.6*2 = 1.200 * f'" in drawn and "|" not in drawn
