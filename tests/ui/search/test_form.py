"""The Search form by keys: ranges, strategies, fields that are found, keys in a burst."""

from __future__ import annotations

from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tests.ui.search.driven import enter, searching, text_of, typed, until


async def test_ranges_are_typed_into_the_form_and_mistakes_are_told() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        await enter(pilot, "learning_rate", "1e-3..1e-1")
        assert model.texts["learning_rate"] == "0.001..0.1"
        await enter(pilot, "optimizer", "sgd,adam")
        assert model.is_searched("optimizer")
        await enter(pilot, "learning_rate", "1e-3..x")
        assert "✗" in text_of(pilot.app)
        await pilot.press("escape")
        assert model.texts["learning_rate"] == "0.001..0.1"
        await enter(pilot, "trials", "-1")
        assert "✗" in text_of(pilot.app)
        await pilot.press("escape", "u")
        assert not model.is_searched("optimizer")

    await searching(test, size=(80, 24))


async def test_strategies_are_chosen_by_letter_and_by_arrow() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        for key, name in (("m", "manual"), ("g", "grid"), ("r", "random"), ("b", "bayesian")):
            await pilot.press(key)
            assert model.texts["strategy"] == name
        await pilot.press("home", "left")
        assert model.texts["strategy"] == "random"
        await pilot.press("g")
        await until(pilot, lambda: "combinations, about" in text_of(pilot.app).replace("\n", " "))

    await searching(test)


async def test_a_field_is_found_and_what_has_no_effect_folds() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        assert {"l1", "beta1", "momentum"} & set(model.shown("optimisation")) == {"beta1"}
        assert model.foldable("search") == ()
        await pilot.press("slash", *"patience")
        assert model.name == "patience"
        await pilot.press("enter", "slash", *"mom", "enter", "plus")
        assert (model.name, model.is_searched("momentum")) == ("momentum", True)
        await pilot.press("home")
        assert "momentum" in model.shown("optimisation")
        await pilot.press("u")
        assert model.texts["momentum"] == "0.9"

    await searching(test)


async def test_the_palette_goes_to_a_field_and_opens_its_group() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        for typed_in, name in (("weight d", "weight_decay"), ("l2", "l2"), ("class_w", "class_weights")):
            await pilot.press("ctrl+p", *typed(typed_in))
            await until(pilot, lambda: "field of" in text_of(app))
            await pilot.press("enter")
            await until(pilot, lambda name=name: app.screen.form.model.name == name)  # type: ignore[misc]
            label = app.screen.form.model.label(name)
            await until(pilot, lambda label=label: label in text_of(app) and app.focused.id == "form")  # type: ignore[misc]
        await pilot.press("up", "down")  # what was found stays in sight
        assert app.screen.form.model.name == "class_weights"

    await searching(test, size=(80, 24))


async def test_the_palette_says_that_nothing_is_called_so() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await pilot.press("ctrl+p", *typed("zzz"))
        await until(pilot, lambda: 'no action and no field is called "zzz"' in text_of(app))
        await pilot.press("enter")
        assert "zzz" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: "zzz" not in text_of(app))

    await searching(test, size=(80, 24))


async def test_keys_that_arrive_in_one_burst_act_in_their_order() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        keys = ["home", "right", "slash", *"patience", "enter", "enter", "ctrl+u", *"12", "enter"]
        before = model.texts["strategy"]
        for key in keys:
            character = {"slash": "/", "enter": "\r"}.get(key, key if len(key) == 1 else None)
            pilot.app.post_message(Key(key, character))
        await until(pilot, lambda: model.texts["patience"] == "12")
        assert model.name == "patience"
        assert model.texts["strategy"] != before

    await searching(test)
