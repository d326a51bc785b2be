"""The live panes on made-up snapshots: every look and size holds, what was asked for is there, little is painted."""

from dataclasses import replace

import numpy as np
import pytest
from textual.app import App

from tests.ui import snapshots_made_up as made_up
from tuitrain.session.snapshot import ParametersView
from tuitrain.ui.plots.lines import line
from tuitrain.ui.theme import theme_for, theme_of
from tuitrain.ui.train.panes import BoundaryPane, GradientsPane, LossPane, MetricPane, ParametersPane
from tuitrain.ui.widgets.blocks import Block, Blocks

LOOKS = {
    "true": {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "16": {"LANG": "C.UTF-8", "TERM": "xterm"},
    "ascii": {"LANG": "C", "TERM": "xterm", "NO_COLOR": "1"},
}
SIZES = [(51, 8), (51, 13), (78, 24), (40, 16), (118, 34), (20, 6), (12, 4), (4, 3)]
LOSS, GRADIENTS, PARAMETERS = LossPane, GradientsPane, ParametersPane
NAMES = made_up.classes(3)


def metric(theme):
    return MetricPane(theme, lambda: NAMES)


def drawing(form):
    """Make a metric pane that draws this form."""

    def make(theme):
        pane = MetricPane(theme, lambda: NAMES)
        pane.form = form
        return pane

    return make


def boundary(theme):
    return BoundaryPane(theme, lambda: ("zero", "one"))


CASES = {
    "loss": (LOSS, [made_up.fresh(), made_up.healthy(1), made_up.healthy(), made_up.diverging(), made_up.healthy(900)]),
    "gradients": (GRADIENTS, [made_up.fresh(), made_up.healthy(1), made_up.healthy(), made_up.diverging(),
                              made_up.deep()]),
    "parameters": (PARAMETERS, [made_up.fresh(), made_up.with_parameters(), made_up.with_parameters((784, 32, 10)),
                                made_up.with_parameters((2, 1))]),
    "metric": (metric, [made_up.fresh(), made_up.with_confusion(), made_up.with_residuals(), made_up.with_curves(),
                        made_up.with_curves(3, rows=60)]),
    **{form: (drawing(form), [made_up.fresh(), made_up.with_confusion(), made_up.with_residuals(),
                              made_up.with_curves(), made_up.with_curves(3, rows=60)])
       for form in ("roc", "precision_recall", "reliability", "confusion")},
    "boundary": (boundary, [made_up.fresh(), made_up.with_boundary(), made_up.with_boundary(confidence=False),
                            made_up.with_fit()]),
}  # fmt: skip


class Stage(App):
    """One pane of a size that can be changed."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, make, size=(51, 13), look="true"):
        self.look = theme_of(LOOKS[look])  # the CSS variables are asked for by the base class
        super().__init__(ansi_color=True)
        self.pane = make(self.look)
        self.pane.styles.width, self.pane.styles.height = size

    def get_theme_variable_defaults(self):
        return self.look.css_variables

    def compose(self):
        yield self.pane


def text_of(pane):
    """What the pane shows, its frame's notes included."""
    width, height = pane.size
    lines = [pane.render_line(y) for y in range(height)]
    for strip in lines:
        assert strip.cell_length == width
        assert sum(segment.cell_length for segment in strip) == width
    return "\n".join(strip.text for strip in lines) + f"\n{pane.frame_title}\n{pane.frame_note}"


async def seen(make, snapshot, size=(51, 13), look="true", then=lambda pane: None):
    app = Stage(make, size, look)
    async with app.run_test(size=(200, 50)) as pilot:
        app.pane.show(snapshot)
        then(app.pane)
        await pilot.pause()
        return text_of(app.pane)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", CASES)
async def test_every_line_is_as_wide_as_the_pane_at_every_size(name, look):
    make, snapshots = CASES[name]
    app = Stage(make, SIZES[0], look)
    async with app.run_test(size=(200, 50)) as pilot:
        for size in SIZES:
            app.pane.styles.width, app.pane.styles.height = size
            await pilot.pause()
            for snapshot in snapshots:
                app.pane.show(snapshot)
                shown = text_of(app.pane)
                if look == "ascii":
                    assert shown.isascii()


# --- loss


async def test_loss_says_the_figures_the_best_epoch_and_what_an_edit_changed():
    shown = await seen(LOSS, made_up.healthy())
    for part in ("train 0.0672", "validation 0.117", "best 0.117 at 59", "epochs 0–60", "learning rate 0.01→0.03"):
        assert part in shown


async def test_the_loss_begins_at_the_epoch_before_the_first_step():
    snapshot = made_up.healthy(10)
    without = await seen(LOSS, snapshot)
    shown = await seen(LOSS, replace(snapshot, first_train_loss=1.9, first_validation_loss=1.7))
    axis = lambda text: [row.partition("┤")[0].strip() for row in text.splitlines() if "┤" in row]  # noqa: E731
    assert float(axis(shown)[0]) == 2
    assert float(axis(without)[0]) < 2


async def test_it_is_said_what_the_training_loss_is():
    assert "train: mean of the epoch, before each update" in await seen(LOSS, made_up.healthy(), (90, 20))


async def test_loss_settings_are_said_in_the_frame():
    def change(pane):
        pane.toggle_log()
        pane.cycle_smoothing()
        pane.cycle_view()

    shown = await seen(LOSS, made_up.healthy(400), (78, 24), then=change)
    assert "log axis, smoothed 0.6, recent epochs" in shown
    assert "300" in shown
    assert "100" not in shown


async def test_loss_settings_come_round():
    app = Stage(LOSS)
    async with app.run_test():
        for _ in range(4):
            app.pane.cycle_smoothing()
        for switch in (app.pane.toggle_log, app.pane.cycle_view):
            switch()
            switch()
        assert not app.pane.frame_note
        assert (app.pane.smoothing, app.pane.is_log, app.pane.scale_view) == (0.0, False, "full")


async def test_an_earlier_run_is_drawn_beside_the_running_one():
    with_earlier, alone = made_up.healthy(), replace(made_up.healthy(), earlier=())
    assert await seen(LOSS, with_earlier) != await seen(LOSS, alone)


async def test_a_run_that_ended_in_nan_says_so():
    assert "train nan" in await seen(LOSS, made_up.diverging())


# --- gradients


async def test_gradients_show_the_total_first_and_each_layer_with_its_figures():
    lines = (await seen(GRADIENTS, made_up.healthy())).splitlines()
    assert lines[1].split()[0] == "all"
    assert lines[2].startswith(" 1 4→16")
    assert "0.0012" in lines[2]
    assert "dead   6%" in lines[2]
    assert any(sign in lines[2] for sign in "▁▂▃▄▅▆▇█")


@pytest.mark.parametrize(("look", "sign"), [("true", "↓"), ("ascii", "v")])
async def test_vanishing_gradients_have_a_sign_a_colour_and_a_word(look, sign):
    app = Stage(GRADIENTS, (51, 13), look)
    async with app.run_test():
        app.pane.show(made_up.deep())
        shown = text_of(app.pane)
        assert f"{sign} vanishing" in shown
        first_layer = app.pane.render_line(2)
        assert first_layer.text.startswith(f"{sign}1 8")
        assert next(iter(first_layer)).style == app.look["warning"]


async def test_exploding_gradients_have_a_sign_and_a_word():
    shown = await seen(GRADIENTS, made_up.diverging())
    assert "↑ exploding" in shown
    assert "↑1 4→16" in shown


async def test_layers_that_do_not_fit_are_announced_and_scroll_under_the_header():
    app = Stage(GRADIENTS, (51, 9))
    async with app.run_test() as pilot:
        app.pane.show(made_up.deep(20))
        assert "▾ 15 more" in text_of(app.pane)
        app.pane.focus()
        await pilot.press("down", "pagedown")
        lines = text_of(app.pane).splitlines()
        assert lines[0].startswith(" layer")
        assert lines[1].startswith(" all")
        assert "▴ 5 above, ▾ 10 more" in lines[-1]
        await pilot.press(*["pagedown"] * 9)
        lines = text_of(app.pane).splitlines()
        assert lines[-3].startswith(" 20 32→1")
        assert lines[-1] == "▴ 15 above"
        await pilot.press(*["pageup"] * 9)
        assert "▾ 15 more" in text_of(app.pane)


# --- parameters


async def test_parameters_are_counted_as_weights_plus_biases():
    shown = await seen(PARAMETERS, made_up.with_parameters((784, 256, 10)), (80, 30))
    assert "784×256+256 = 200,960" in shown
    assert "256×10+10 = 2,570" in shown
    assert "203,530 parameters" in shown


async def test_parameters_say_mean_and_spread():
    weights = np.array([[1.0, 3.0], [1.0, 3.0]], np.float32)
    view = ParametersView((weights,), (np.array([0.5, 0.5], np.float32),))
    snapshot = replace(made_up.healthy(sizes=(2, 2)), parameters=view, n_parameters=6)
    assert "weights mean 2.00 spread 1.00" in await seen(PARAMETERS, snapshot, (80, 30))
    narrow = await seen(PARAMETERS, snapshot, (51, 30))
    assert "weights 2.00 ± 1.00" in narrow
    assert "biases 0.500 ± 0" in narrow


async def test_a_matrix_is_shown_where_it_fits_and_left_out_where_not():
    shown = await seen(PARAMETERS, made_up.with_parameters((784, 256, 10)), (80, 40))
    assert shown.count("rows units, columns inputs") == 1  # 256×10; 784×256 has no room


async def test_parameters_that_are_not_finite_break_nothing():
    weights = np.array([[np.nan, np.inf], [1.0, -np.inf]], np.float32)
    view = ParametersView((weights,), (np.array([np.nan, 0.0], np.float32),))
    shown = await seen(PARAMETERS, replace(made_up.healthy(sizes=(2, 2)), parameters=view), (80, 30))
    assert "mean nan" in shown


async def test_only_the_layers_in_sight_are_drawn():
    drawn = []

    def block(name):
        def make():
            drawn.append(name)
            return [line(4, [(f"{name}{row}", theme_for("none")["plain"])]) for row in range(3)]

        return Block(3, make)

    blocks = Blocks([block("a"), block("b"), block("c")])
    assert len(blocks) == 9
    assert [strip.text.strip() for strip in blocks[2:5]] == ["a2", "b0", "b1"]
    assert drawn == ["a", "b"]
    assert blocks[-1].text.strip() == "c2"
    assert blocks[9:20] == []


# --- metric


async def test_metric_says_each_score_beside_the_baseline_and_each_class():
    shown = await seen(metric, made_up.with_confusion(3), (60, 20))
    lines = shown.splitlines()
    assert lines[0].split()[-2:] == ["always", "setosa"]
    assert lines[1].split() == ["accuracy", ".953", ".442"]
    assert [line.split()[:2] for line in lines[9:13]] == [
        ["class", "precision"], ["●", "setosa"], ["▲", "versicolor"], ["■", "virginica"]
    ]  # fmt: skip
    assert "86 rows" in shown
    assert sum(name in line for name in NAMES for line in lines[12:]) >= 3  # of the matrix


async def test_a_narrow_column_keeps_scores_baseline_and_matrix():
    shown = await seen(metric, made_up.with_confusion(3), (20, 14))
    for part in ("accuracy     .953", "always seto .442", "F1 macro", "log-loss", "set ver vir", "36   ·   2"):
        assert part in shown, shown


async def test_before_the_first_step_the_metric_is_that_of_an_untrained_network():
    view = replace(made_up.with_confusion(3).metric_view, epoch=0)
    snapshot = replace(made_up.fresh(), metric_view=view)
    assert "Metric│ROC m · epoch 0 · untrained" in await seen(metric, snapshot, (60, 20))


async def test_the_title_says_as_much_about_the_epoch_as_there_is_room_for():
    snapshot = replace(made_up.with_confusion(3), state="done", best_epoch=60)
    titles = [(await seen(metric, snapshot, (width, 12))).splitlines()[-1] for width in (60, 34, 28)]
    assert [title.strip(" ─┐┌") for title in titles] == [
        "Metric│ROC m · best epoch 60 · 86 rows", "Metric│ROC m · best epoch 60", "Metric · best epoch 60"
    ]  # fmt: skip


async def test_of_many_classes_a_narrow_column_names_the_three_worst():
    def many(theme):
        return MetricPane(theme, lambda: made_up.classes(26))

    snapshot = made_up.with_confusion(26)
    scores = snapshot.metric_view.class_scores[:, 2]
    shown = await seen(many, snapshot, (22, 12))
    assert [int(line.split()[1]) for line in shown.splitlines() if line.strip().startswith("class ")] == list(
        np.argsort(scores, kind="stable")[:3]
    )


async def test_metric_of_a_regression():
    shown = await seen(metric, made_up.with_residuals(), (60, 20))
    for part in (".484", "54.1", "43.7", "the mean", "66 rows"):
        assert part in shown
    assert "truth - predicted (up)" in shown


# --- boundary


async def test_boundary_names_the_classes_and_the_inputs():
    shown = await seen(boundary, made_up.with_boundary(), (51, 20))
    for part in ("Boundary", "zero", "one", "x1", "x2"):
        assert part in shown


async def test_values_over_two_inputs_and_the_curve_over_one_have_their_own_titles():
    assert "Fitted values" in await seen(boundary, made_up.with_boundary(confidence=False))
    assert "Fitted curve" in await seen(boundary, made_up.with_fit())


async def test_other_data_get_a_calm_line_that_says_what_would_do():
    shown = await seen(boundary, made_up.fresh())
    assert "one or two number inputs" in shown
    assert "moons" in shown


# --- what is painted


@pytest.mark.parametrize("name", CASES)
async def test_a_snapshot_with_the_same_picture_is_not_drawn_again(name):
    make, snapshots = CASES[name]
    app = Stage(make)
    async with app.run_test():
        pane, snapshot = app.pane, replace(snapshots[-1], state="paused")
        pane.show(snapshot)
        drawn = []
        pane.draw, draw = (lambda *a: drawn.append(a) or draw(*a)), pane.draw
        pane.show(replace(snapshot, version=10**6, step=10**6, seconds=9.0))
        assert not drawn
        pane.redraw()
        assert len(drawn) == 1


async def test_the_parameters_pane_draws_the_first_ones_at_once_and_then_seldom():
    app = Stage(PARAMETERS, (80, 24))
    async with app.run_test() as pilot:
        app.pane.show(made_up.healthy(sizes=(13, 16, 8, 3)))
        assert "reading" in text_of(app.pane)
        app.pane.show(made_up.with_parameters())
        shown = text_of(app.pane)
        assert "13×16+16" in shown
        other = made_up.with_parameters((2, 3))
        app.pane.show(other)
        assert text_of(app.pane) == shown
        app.pane.display = False
        await pilot.pause()
        app.pane.display = True
        await pilot.pause()
        app.pane.show(other)
        assert "2×3+3" in text_of(app.pane)
        app.pane.show(made_up.with_parameters((4, 5)))
        assert "2×3+3" in text_of(app.pane)
        app.pane.show(replace(made_up.with_parameters((4, 5)), state="paused"))
        assert "4×5+5" in text_of(app.pane)


async def test_only_lines_that_changed_are_refreshed():
    app = Stage(GRADIENTS)
    async with app.run_test() as pilot:
        snapshot = made_up.healthy()
        app.pane.show(snapshot)
        await pilot.pause()
        regions = []
        app.pane.refresh, refresh = (lambda *a, **k: regions.extend(a) or refresh(*a, **k)), app.pane.refresh
        layers = (*snapshot.layers[:2], replace(snapshot.layers[2], gradient_norm=snapshot.gradient_norm / 3))
        app.pane.show(replace(snapshot, layers=layers, epochs_recorded=snapshot.epochs_recorded - 1))
        assert (0, 4, app.pane.size.width, 1) in regions
        assert all(region.height == 1 for region in regions)
        assert 0 not in {region.y for region in regions}  # the header


async def test_a_hidden_pane_draws_nothing_and_catches_up_when_shown():
    app = Stage(LOSS)
    async with app.run_test() as pilot:
        app.pane.display = False
        await pilot.pause()
        app.pane.draw, draw = (lambda *a: pytest.fail("drawn though hidden")), app.pane.draw
        app.pane.show(made_up.healthy())
        app.pane.draw = draw
        app.pane.display = True
        await pilot.pause()
        assert "train 0.0672" in text_of(app.pane)


async def test_names_from_data_are_shown_as_they_are():
    names = ("[red]no markup[/]", "b", "c")
    shown = await seen(lambda theme: MetricPane(theme, lambda: names), made_up.with_confusion(3), (90, 20))
    assert "[red]no markup" in shown


@pytest.mark.parametrize("look", LOOKS)
async def test_the_picture_of_a_matrix_says_what_its_signs_mean_where_there_is_little_room(look):
    shown = await seen(PARAMETERS, made_up.with_parameters((13, 16)), (49, 30), look)
    assert "above 0" in shown
    assert "below" in shown


async def test_a_single_bias_is_a_number():
    view = ParametersView((np.ones((3, 1), np.float32),), (np.array([-0.146], np.float32),))
    shown = await seen(PARAMETERS, replace(made_up.healthy(sizes=(3, 1)), parameters=view), (80, 30))
    assert "bias −0.146" in shown
    assert "biases mean" not in shown
