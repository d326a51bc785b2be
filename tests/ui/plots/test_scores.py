"""Scores as tables and as a narrow column."""

import numpy as np
import pytest

from tests.ui.plots.pictures import ASCII, LOOKS, UNICODE, assert_size, lines_of
from tuitrain.engine.metrics import class_scores
from tuitrain.ui.plots.scores import class_rows, confusion_lines, score_lines, score_pairs, score_rows, worst_lines

VALUES = {
    "accuracy": 0.987, "f1": 0.9866, "balanced_accuracy": 0.9868, "roc_auc": 0.998, "log_loss": 0.0788, "brier": 3.1e-4
}  # fmt: skip
BASELINES = {"accuracy": 0.5067, "balanced_accuracy": 0.5, "f1": 0.336, "roc_auc": 0.5, "log_loss": 0.693,
             "brier": 0.25}  # fmt: skip
MOONS = np.array([[37, 1], [0, 37]])
IRIS = ["setosa", "versicolor", "virginica"]


def zero(room):
    return "always 0"


def test_every_score_stands_beside_its_baseline():
    shown = lines_of(score_rows(33, VALUES, BASELINES, zero, "validation", theme=UNICODE))
    assert [line.split() for line in shown] == [
        ["validation", "score", "always", "0"], ["accuracy", ".987", ".507"], ["balanced", "acc.", ".987", ".500"],
        ["F1", "macro", ".987", ".336"], ["ROC", "AUC", ".998", ".500"], ["log-loss", ".079", ".693"],
        ["Brier", "3.1e-4", ".250"],
    ]  # fmt: skip


def test_in_little_height_two_scores_share_a_line_and_no_label_is_cut():
    shown = lines_of(score_pairs(51, VALUES, BASELINES, zero, "validation", theme=UNICODE))
    assert shown[0].strip() == "validation · score, always 0"
    assert [line.split() for line in shown[1:]] == [
        ["accuracy", ".987", ".507", "ROC", "AUC", ".998", ".500"],
        ["balanced", "acc.", ".987", ".500", "log-loss", ".079", ".693"],
        ["F1", "macro", ".987", ".336", "Brier", "3.1e-4", ".250"],
    ]  # fmt: skip


def test_a_score_that_is_not_known_is_a_dot():
    shown = lines_of(score_rows(33, {"log_loss": float("nan")}, {"log_loss": 0.693}, zero, "train", theme=UNICODE))
    assert shown[1].split() == ["log-loss", "·", ".693"]


def test_a_narrow_column_is_as_designed():
    lines = [
        *score_lines(18, VALUES, BASELINES, zero, theme=UNICODE),
        *confusion_lines(18, MOONS, ["0", "1"], theme=UNICODE),
    ]
    assert lines_of(lines) == [
        " accuracy     .987",
        "  always 0    .507",
        " F1 macro     .987",
        " log-loss     .079",
        " truth↓  0   1 hit",
        "     0  37   1 97%",
        "     1   ·  37 all",
    ]


def test_three_names_are_worth_more_than_the_hits():
    shown = lines_of(confusion_lines(18, np.diag([8, 7, 7]), IRIS, theme=UNICODE))
    assert shown[0].split() == ["↓", "set", "ver", "vir"]
    assert [line.split()[0] for line in shown[1:]] == ["setos", "versi", "virgi"]


def test_a_matrix_whose_classes_cannot_be_told_apart_is_left_out():
    assert confusion_lines(18, np.diag([800] * 4), ["a", "b", "c", "d"], theme=UNICODE) == []
    assert confusion_lines(18, np.diag([8] * 4), ["one a", "one b", "two a", "two b"], theme=UNICODE) == []


def test_a_class_without_rows_has_no_scores_and_one_never_answered_no_precision():
    counts = np.array([[3, 0, 1], [2, 0, 0], [0, 0, 0]])
    scores = class_scores(counts)
    shown = [line.split()[1:] for line in lines_of(class_rows(40, 4, scores, counts, "abc", theme=UNICODE))]
    assert shown == [
        ["precision", "recall", "F1", "rows"], ["a", ".600", ".750", ".667", "4"], ["b", "·", ".000", ".000", "2"],
        ["c", "·", "·", "·", "0"],
    ]  # fmt: skip
    worst = [line.split() for line in lines_of(worst_lines(18, scores, counts, "abc", theme=UNICODE))]
    assert worst[1:] == [["b", ".000", "2"], ["a", ".667", "4"], ["c", "·", "0"]]


@pytest.mark.parametrize("width", [33, 40, 60])
def test_no_heading_is_cut(width):
    counts = np.diag(np.full(10, 20_000))
    for height, begin in ((11, "class"), (7, "worst 6")):
        table = class_rows(width, height, class_scores(counts), counts, [f"class {n}" for n in range(10)],
                           theme=UNICODE)  # fmt: skip
        heading = table[0].text
        assert heading.strip().startswith(begin) and "…" not in heading and heading.endswith("rows")
        assert {"prec.", "precis.", "precision"} & set(heading.split())
        assert table[1].text.split()[-1] == "20000"


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [12, 18, 33, 51])
def test_everything_has_the_width_it_is_given(width, look):
    names = ["불만이 많은 고객", "만족한 고객", "b"]
    counts = np.array([[40, 2, 0], [0, 0, 0], [1, 3, 7]])
    scores = class_scores(counts)
    tables = [
        score_lines(width, VALUES, BASELINES, zero, theme=look), worst_lines(width, scores, counts, names, theme=look),
        confusion_lines(width, counts, names, theme=look),
    ]  # fmt: skip
    if width >= 30:
        tables += [score_rows(width, VALUES, BASELINES, zero, "validation", theme=look),
                   class_rows(width, 4, scores, counts, names, theme=look)]  # fmt: skip
    for table in tables:
        assert_size(table, width, len(table))
        if look.ascii_only:
            assert all(line.text.replace("불", "").isascii() or any(n[0] in line.text for n in names) for line in table)


def test_in_ascii_the_corner_has_no_arrow():
    shown = lines_of(confusion_lines(18, MOONS, ["0", "1"], theme=ASCII))
    assert shown[0] == " truth   0   1 hit"
