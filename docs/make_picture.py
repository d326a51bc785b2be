"""Make the README's pictures: the screens, drawn by the app itself. Run `python docs/make_picture.py`."""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
from pathlib import Path

from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import SetHyperparameter, Start, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_of

LOOK = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


async def picture_training() -> None:
    """Train, change the learning rate on the way, and save what the Train screen shows."""
    session = TrainingSession(
        load_dataset("moons?n=1000&noise=0.2"), Hyperparameters(patience=0, epochs=120, learning_rate=0.003)
    )
    app = TuitrainApp(session, theme_of(LOOK))
    async with app.run_test(size=(160, 42)) as pilot:
        for command in (Step(epochs=40), SetHyperparameter("learning_rate", 0.01), Start()):
            number = session.send(command)
            while session.snapshot.answered < number or session.snapshot.epoch < 40 or session.snapshot.is_running:
                await pilot.pause(0.05)
        app.screen.form.go_to("learning_rate")
        await pilot.pause(1.0)
        save(app, "screen.svg")
    session.close()


async def picture_searching() -> None:
    """Search with the Bayesian strategy, and save what the Search screen shows."""
    session = TrainingSession(load_dataset("breast_cancer"), Hyperparameters())
    app = TuitrainApp(session, theme_of(LOOK), jobs=2)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # studies are kept where one works
        async with app.run_test(size=(160, 42)) as pilot:
            await pilot.press("2", "b", "space")
            while app.search_session is None or app.search_session.snapshot.state != "done":
                await pilot.pause(0.1)
            await pilot.press("right_square_bracket", "right_square_bracket")
            await pilot.pause(3.0)
            save(app, "search.svg")
        app.search_session.close()
    session.close()


def save(app: TuitrainApp, name: str) -> None:
    """Write the screen as an SVG that is shown in the reader's own monospaced font."""
    picture = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="tuitrain launch"), flags=re.DOTALL)
    Path(__file__).resolve().with_name(name).write_text(picture, "utf-8")


async def main() -> None:
    """Make both."""
    await picture_training()
    await picture_searching()


if __name__ == "__main__":
    asyncio.run(main())
