from gettext import NullTranslations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.ui.plots.pictures import LOOKS, UNICODE, assert_size, dots_of, lines_of
from tuitrain.translation import install
from tuitrain.ui.plots.lines import cut_words
from tuitrain.ui.plots.loss_plot import draw_loss
from tuitrain.ui.theme import theme_for

LOOK = {"theme": UNICODE}
EPOCHS = np.arange(1.0, 61)
TRAIN, VALIDATION = np.exp(-EPOCHS / 12) + 0.06, np.exp(-EPOCHS / 12) + 0.1 + EPOCHS / 2000
NONE = np.array([])


def drawn(width=80, height=20, train=TRAIN, validation=VALIDATION, **options):
    strips = draw_loss(width, height, train, validation, **{**LOOK, **options})
    assert_size(strips, width, height)
    return strips


def text(*args, **options):
    return "\n".join(lines_of(drawn(*args, **options)))


def roles(strips, role):
    """The cells (row, column) painted in the style of a role."""
    found = []
    for row, strip in enumerate(strips):
        column = 0
        for segment in strip:
            if segment.style == LOOK["theme"][role]:
                found += [(row, column + i) for i, letter in enumerate(segment.text) if letter != " "]
            column += len(segment.text)
    return found


@pytest.mark.parametrize("size", [(40, 8), (53, 10), (80, 20), (150, 40)])
@pytest.mark.parametrize("look", LOOKS)
def test_the_picture_has_its_size_figures_and_axis_at_every_size(size, look):
    strips = draw_loss(*size, TRAIN, VALIDATION, best_epoch=38, theme=look)
    assert_size(strips, *size)
    shown = "\n".join(lines_of(strips))
    for word in ("train", "0.0667", "0.137", "best 38", "epoch", "0", "60"):
        assert word in shown
    if look.ascii_only:
        assert shown.isascii()


def test_both_curves_fall_from_left_to_right_and_validation_lies_above():
    strips = drawn(best_epoch=None)[1:]
    for role in ("train", "validation"):
        cells = sorted((column, row) for row, column in roles(strips, role))
        rows = [row for _, row in cells]
        assert np.corrcoef([column for column, _ in cells], rows)[0, 1] > 0.7
        assert rows[0] < rows[-1]
    end = max(column for _, column in roles(strips, "train"))
    low = {
        role: max(row for row, column in roles(strips, role) if column >= end - 4) for role in ("train", "validation")
    }
    assert low["validation"] < low["train"]


def test_without_colours_the_curves_differ_by_their_pattern():
    flat = np.full(60, 0.5)
    plain = {"theme": theme_for("none")}
    solid = dots_of(lines_of(drawn(validation=NONE, train=flat, **plain))[1:]).sum()
    dashed = dots_of(lines_of(drawn(train=NONE, validation=flat, **plain))[1:]).sum()
    assert dashed < 0.7 * solid
    ascii_text = text(theme=theme_for("none", ascii_only=True))
    assert "**" in ascii_text and "oo" in ascii_text


def test_the_best_epoch_and_the_edits_stand_in_their_columns():
    strips = drawn(best_epoch=30, edits=[(15.0, "learning rate 0.01→0.03")])
    shown = lines_of(strips)
    axis = shown[-1]  # the number of an epoch is written around its column
    column = axis.index("30") + 0.5
    best = [line.index("▏") for line in shown if "▏" in line]
    assert len(best) > 5 and all(abs(at - column) <= 1 for at in best)
    edit = [line.index("┊") for line in shown if "┊" in line]
    assert len(edit) > 5 and all(abs(at - column / 2 - 2) <= 2 for at in edit)
    assert any("learning rate 0.01→0.03" in line for line in shown)


@pytest.mark.parametrize("last", [9, 41, 60, 130, 350])
@pytest.mark.parametrize("width", [32, 51, 84, 119, 150])
@pytest.mark.long
def test_ticks_stand_at_equal_distances_whatever_the_size(width, last):
    for height in range(8, 40):
        shown = lines_of(drawn(width, height, np.linspace(0.91, 0.02, last), NONE))
        across = [column for column, sign in enumerate(shown[-2]) if sign == "┬"]
        up = [row for row, line in enumerate(shown) if "┤" in line]
        assert len(across) >= 2 and len(up) >= 2
        assert np.ptp(np.diff(across)) == np.ptp(np.diff(up)) == 0
        assert max(across) - min(across) > 0.6 * (width - 5) and max(up) - min(up) > 0.55 * (height - 4)


@pytest.mark.parametrize("theme", [theme_for("true"), theme_for("none", ascii_only=True)])
def test_edits_whose_labels_collide_are_numbered_at_the_axis_and_listed_below(theme):
    edits = [(20 + 3 * n, f"learning rate 0.{n}→0.{n + 1}") for n in range(1, 6)]
    alone = lines_of(drawn(60, 12, edits=edits[:1], theme=theme))
    assert any(f"learning rate 0.1{theme.signs.arrow}0.2" in row for row in alone)
    assert alone[-1].split()[0] == "0"  # the epochs
    shown = lines_of(drawn(60, 12, edits=edits, theme=theme))
    assert len(shown) == 12
    listed = shown[-1]
    assert f"5 learning rate 0.5{theme.signs.arrow}0.6" in listed  # the newest is whole
    assert theme.signs.ellipsis in listed  # the oldest have no room
    assert shown[-2].split()[0] == "0"
    at_axis = shown[-4]
    assert [sign for sign in at_axis if sign in "12345"] == list("12345")


def test_edits_of_one_moment_are_all_numbered_and_no_value_of_them_is_cut():
    edits = [(20.0, "schedule constant→step"), (20.1, "dropout 0→0.2"), (20.2, "schedule step→exponential")]
    for width, listed in {
        62: "1 schedule →step  2 dropout →0.2  3 schedule →exponential",
        48: "…  2 dropout 0→0.2  3 schedule step→exponential",
        32: "…  3 schedule step→exponential", 27: "…  3 schedule →exponential", 20: "3 sch… →exponential",
    }.items():  # fmt: skip
        shown = lines_of(drawn(width, 12, edits=edits))
        assert shown[-1].strip() == listed
        assert "123" in shown[-4]


def test_a_first_value_far_above_all_others_is_cut_off_and_told():
    far = np.concatenate([[23.1], TRAIN[1:]])
    shown = drawn(train=far, validation=NONE)
    assert "↑ 23.1" in shown[1].text
    assert "20" not in shown[1].text.split("↑")[0]
    alone = drawn(train=np.concatenate([[TRAIN[1]], TRAIN[1:]]), validation=NONE)
    assert [row.text[:4] for row in shown] == [row.text[:4] for row in alone]  # the axis is that of the others
    assert "↑" not in "".join(lines_of(drawn(train=TRAIN, validation=NONE)))
    assert "↑" not in "".join(lines_of(drawn(train=far, validation=NONE, log=True)))


def test_an_earlier_run_says_what_was_different():
    earlier = [(np.arange(1.0, 61), np.full(60, 0.7))]
    shown = lines_of(drawn(earlier=earlier, earlier_labels=["learning rate 0.01→0.1"]))
    assert any("learning rate 0.01→0.1" in row for row in shown)


def test_smoothing_keeps_the_raw_curve_faintly():
    noisy = TRAIN + np.random.default_rng(0).normal(size=60) * 0.1
    assert not roles(drawn(train=noisy, validation=NONE), "train_raw")
    strips = drawn(train=noisy, validation=NONE, smoothing=0.8)
    assert roles(strips, "train_raw") and "smoothed" in strips[0].text
    rows = {
        role: np.ptp([row for row, column in roles(strips, role) if column > 50]) for role in ("train", "train_raw")
    }
    assert rows["train"] < rows["train_raw"]


def test_earlier_runs_are_faint_and_widen_the_axis():
    earlier = [(np.arange(1.0, 121), np.full(120, 1.0))]
    strips = drawn(earlier=earlier)
    assert roles(strips, "earlier") and "150" in strips[-1].text
    # a run that ended in huge losses does not squeeze the present one flat
    assert "1.2" in text(earlier=[(EPOCHS, np.full(60, 1e30))]) or "2" in text(earlier=[(EPOCHS, np.full(60, 1e30))])
    assert "e30" not in text(earlier=[(EPOCHS, np.full(60, 1e30))])


def test_the_recent_view_shows_the_last_quarter():
    epochs = np.arange(1.0, 401)
    strips = drawn(train=1 / epochs, validation=NONE, view="recent")
    numbers = [int(word) for word in strips[-1].text.split() if word.isdigit()]
    assert 260 <= min(numbers) <= 300 and max(numbers) == 400


def test_nothing_to_show_is_a_calm_line():
    assert "the losses appear here" in text(train=NONE, validation=NONE)
    nothing = np.full(4, np.nan)
    assert "the losses appear here" in text(train=nothing, validation=nothing)
    assert "no loss above 0" in text(train=np.zeros(5), validation=NONE, log=True)
    assert "no finite loss" in text(train=np.array([np.inf]), validation=NONE)


def test_one_epoch_is_a_point_that_can_be_seen():
    assert "●" in text(train=np.array([0.5]), validation=NONE)


def test_values_that_a_log_axis_has_no_place_for_are_told_of():
    shown = text(train=np.maximum(0, 1 - EPOCHS / 30), validation=NONE, log=True)
    assert "log, 0 left out" in shown


def test_a_training_that_diverged_shows_what_was_and_says_nan():
    train = TRAIN.copy()
    train[40:] = np.nan
    strips = drawn(train=train, validation=NONE)
    assert "nan" in strips[0].text
    assert 35 < max(column for _, column in roles(strips[1:], "train")) < 60


def test_a_figure_is_never_cut():
    for width in range(1, 60):
        title = drawn(width, 8)[0].text
        for word in title.split():
            if word[0].isdigit():
                assert word in {"0.0667", "0.137"}


def test_long_histories_cost_hardly_more_than_short_ones():
    from time import thread_time  # of this thread alone: what else the machine does is not counted

    def cost(count):
        x = np.arange(1.0, count + 1)
        y, z = np.exp(-x / count), np.exp(-x / count) + 0.1
        times = []
        for _ in range(15):
            start = thread_time()
            draw_loss(80, 20, y, z, epochs=x, **LOOK)
            times.append(thread_time() - start)
        return min(times)

    assert cost(30_000) < 6 * cost(300)


values = st.lists(st.floats(width=64), max_size=40).map(np.array)


@given(
    st.integers(1, 100), st.integers(0, 30), values, values, st.booleans(), st.sampled_from([0.0, 0.6, 0.99]),
    st.sampled_from(["full", "recent"]), st.sampled_from(LOOKS),
)  # fmt: skip
def test_any_data_at_any_size_give_a_picture_of_that_size(width, height, train, validation, log, smoothing, view, look):
    train, validation = train.astype(float), validation.astype(float)
    epochs = np.arange(1.0, max(train.size, validation.size) + 1)
    strips = draw_loss(
        width, height, train, validation, epochs=epochs, log=log, smoothing=smoothing, view=view, best_epoch=3,
        edits=[(2.5, "momentum 0.9→0.99"), (2.6, "L2 0→0.1"), (99, "x")], earlier=[(epochs[: train.size], train / 2)],
        theme=look,
    )  # fmt: skip
    assert_size(strips, width, height)


class Long(NullTranslations):
    """A language with very long names of the curves."""

    def gettext(self, message):
        return {"train": "Trainingsverlust", "val": "Validierungsverlust"}.get(message, message)


def test_the_legend_cuts_names_never_figures():
    try:
        install(Long())
        title = {width: lines_of(drawn(width, 12))[0] for width in (60, 38, 34, 30)}
    finally:
        install(None)
    assert "Trainingsverlust 0.0667" in title[60]
    for width in (38, 34):
        assert "…" in title[width] and " Tr" in title[width] and " Va" in title[width]
    assert all("0.0667" in row and "0.137" in row for row in title.values())


def test_the_name_of_what_was_different_is_cut_and_its_values_are_not():
    earlier = [(np.arange(1.0, 61), np.full(60, 0.7))]
    label = "a hyperparameter of a very long name 0.01→0.125 +2"
    shown = "\n".join(lines_of(drawn(48, 14, earlier=earlier, earlier_labels=[label])))
    assert "a hyper" in shown and "… 0.01→0.125 +2" in shown
    wide = "학습률 학습률 0.01→0.125"  # two cells a letter
    assert "0.01→0.125" in "\n".join(lines_of(drawn(48, 14, earlier=earlier, earlier_labels=[wide])))


@given(st.text("ab 가1;", max_size=40), st.integers(4, 30))
def test_texts_are_cut_between_words(text, width):
    text = " ".join(text.split())
    cut = cut_words(text, width, theme=UNICODE)
    assert cell_len(cut) <= width
    if cut == text:
        return
    kept, rest = cut.removesuffix("…"), text[len(cut) - 1 :]
    assert cut.endswith("…") and text.startswith(kept)
    assert " " not in kept or rest.lstrip(" ;")[:1] != rest[:1] or cell_len(text.split()[0]) >= width


def test_the_band_is_shaded_between_its_ends_and_named():
    flat = np.full(60, 1.0)
    strips = drawn(train=flat, validation=flat, band=(flat * 0.5, flat * 1.5), about_band=("8 networks",))
    lines = lines_of(strips)
    assert "░ 8 networks" in lines[0]
    shaded = [row for row, line in enumerate(lines[1:]) if "░" in line]
    plain = drawn(train=flat * 0.5, validation=flat * 1.5)
    ends = [row for row, line in enumerate(lines_of(plain)[1:]) if any("\u2801" <= sign <= "\u28ff" for sign in line)]
    assert (shaded[0], shaded[-1]) == (ends[0], ends[-1])
    assert "░" not in text(train=flat, validation=flat)
    one = flat.copy()
    one[20:] = np.nan
    assert 0 < text(train=flat, validation=flat, band=(one * 0.5, one * 1.5)).count("░") < "\n".join(lines).count("░")
