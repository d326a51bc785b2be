"""Make the README's picture: the Train screen, drawn by the app itself. Run `python docs/make_picture.py`."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tuitrain.data.loading import load_dataset
from tuitrain.hyperparameters import Hyperparameters
from tuitrain.session import Session, SetHyperparameter, Start, Step
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_of

LOOK = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


async def main() -> None:
    """Train, change the learning rate on the way, and save what the screen shows."""
    session = Session(
        load_dataset("moons?n=1000&noise=0.2"), Hyperparameters(patience=0, epochs=120, learning_rate=0.003)
    )
    app = TuitrainApp(session, theme_of(LOOK))
    async with app.run_test(size=(160, 42)) as pilot:
        for command in (Step(epochs=40), SetHyperparameter("learning_rate", 0.01), Start()):
            session.send(command)
            while session.snapshot.epoch < 40 or session.snapshot.is_running:
                await pilot.pause(0.05)
        await pilot.press(*"jjjjjjjj")
        await pilot.pause(1.0)
        picture = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="tuitrain launch"), flags=re.DOTALL)
        Path(__file__).with_name("screen.svg").write_text(picture, "utf-8")  # with the reader's own monospaced font
    session.close()


if __name__ == "__main__":
    asyncio.run(main())
