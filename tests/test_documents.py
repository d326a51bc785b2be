"""The code blocks of the guide and the README run as they stand, and the files that the documents name exist.

The blocks of a document run in order in one empty directory, `sh` in bash and `python` as a script. A block after the
comment ``<!-- not run: reason -->`` is left out. `tuitrain launch` needs a terminal: its options are parsed instead.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tuitrain
from tuitrain.cli.launch import launch

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- not run: [^>]+ -->\n)?```(\w*)\n(.*?)```", re.DOTALL)
GUIDE = sorted((ROOT / "docs" / "guide").glob("*.md"))
README = ROOT / "README.md"
DOCUMENTS = [*GUIDE, README]
TEXTS = [*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "docs" / "ARCHITECTURE.md"]


def blocks(document: Path) -> list[tuple[str, str]]:
    """Language and text of each block that is to run."""
    found = BLOCK.findall(document.read_text(encoding="utf-8"))
    return [(language, text) for not_run, language, text in found if language in {"sh", "python"} and not not_run]


def parse_launches(text: str) -> str:
    """Parse the options of each `tuitrain launch`; return the other lines."""
    rest = []
    for line in text.splitlines():
        if line.startswith("tuitrain launch"):
            arguments = shlex.split(line, comments=True)[2:]
            launch.make_context("launch", arguments)  # raises for an unknown option or value
        else:
            rest.append(line)
    return "\n".join(rest)


@pytest.mark.parametrize(
    "document",
    [pytest.param(path, id=path.stem, marks=[] if path.stem == "README" else pytest.mark.long) for path in DOCUMENTS],
)
def test_the_blocks_of_a_document_run(document: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    command = programs / "tuitrain"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tuitrain "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    work = tmp_path / "work"
    work.mkdir()
    for number, (language, text) in enumerate(blocks(document)):
        if language == "python":
            script = work / f"block_{number}.py"
            script.write_text(text, encoding="utf-8")
            arguments = [sys.executable, str(script)]
        else:
            bash = shutil.which("bash")
            assert bash is not None
            arguments = [bash, "-euo", "pipefail", "-c", parse_launches(text)]
        done = subprocess.run(
            arguments, cwd=work, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("document", TEXTS, ids=lambda path: path.stem)
def test_links_lead_to_files(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def files_named(text: str) -> set[str]:
    return set(re.findall(r"`((?:cli|ui|session|diagnosis|search|runs|data|engine|options)/[\w/]+\.py)`", text))


def test_the_files_of_the_walks_exist_and_are_as_many_as_is_said() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = files_named(text)
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / "tuitrain" / name).is_file()] == []
    walks = re.findall(r"^\*\*\d\. (.*?)\*(\d+) files", text, re.DOTALL | re.MULTILINE)
    assert len(walks) == 5
    assert [len(files_named(walk)) for walk, _ in walks] == [int(count) for _, count in walks]


def test_the_citation_names_this_version() -> None:
    assert f"\nversion: {tuitrain.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
