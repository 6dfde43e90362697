"""The stage of `make release-demo`: a folder that is thrown away, and commands shown with what they answer."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.generation import POINTER, current_generation
from corpus.settings import ROOT, Settings
from ethics.__main__ import main as ethics
from eval.errors import EvalError

WORDS = Path(__file__).with_name("release_demo.toml")
SCOPE = "demo"


@dataclass
class Demo:
    """One demonstration, in its own folder.

    Attributes:
        folder: thrown away at the end.
        settings: of a data folder inside it, with a copy of the index in force.
        tell: prints one line.
    """

    folder: Path
    settings: Settings
    tell: Callable[[str], None]
    words: dict[str, Any] = field(default_factory=lambda: tomllib.loads(WORDS.read_text(encoding="utf-8")))
    step_number: int = 0

    def step(self, name: str) -> None:
        """Announce a step."""
        self.step_number += 1
        self.tell(f"\n{self.step_number:2}. {self.words['step'][name]}")

    def say(self, said: str, **values: object) -> None:
        """Say what was seen."""
        self.tell(self.words["said"][said].format(**values))

    def key(self, name: str) -> Path:
        """Return the file of a throw-away key."""
        return self.folder / f"{name}.key"

    def govern(self, *arguments: str | Path, fails: bool = False) -> str:
        """Run `python -m ethics`, show the command and what it says."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = ethics(["--records", str(self.settings.records), *map(str, arguments)])
        self._shown("ethics", arguments, out.getvalue())
        if (code != 0) != fails:
            raise EvalError(f"La démonstration s’arrête : {out.getvalue().strip()}")
        return out.getvalue().strip()

    def quietly(self, *arguments: str | Path) -> None:
        """Run `python -m ethics` and show nothing."""
        told, self.tell = self.tell, lambda _: None
        try:
            self.govern(*arguments)
        finally:
            self.tell = told

    def command(self, module: str, *arguments: str | Path, code: int = 0) -> str:
        """Run `python -m bot` or `python -m ui`, show the command and what it says."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout if done.returncode == code else done.stderr
        self._shown(module, arguments, said)
        if done.returncode != code:
            raise EvalError(f"La démonstration s’arrête : {done.stderr.strip()}")
        return done.stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the commands: the data folder of the demonstration, and no model."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CITE_")}
        return kept | {"CITE_DATA": str(self.settings.data), "CITE_SCOPE": SCOPE}

    def _shown(self, module: str, arguments: Sequence[str | Path], said: str) -> None:
        words = [_short(one, self.folder) for one in arguments]
        self.tell(f"   $ python -m {module} {' '.join(words)}")
        for line in said.strip().splitlines():
            self.tell(f"     {line}")


def _short(argument: str | Path, folder: Path) -> str:
    """Write an argument as a reader may read it: no path of this machine, digests cut."""
    text = str(argument).replace(f"{folder}/", "")
    text = re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1…", text)
    return f'"{text}"' if " " in text else text


def copied(settings: Settings, data: Path) -> Settings:
    """Copy what is in force, so that nothing of it is touched."""
    generation = current_generation(settings.index)
    shutil.copytree(generation, data / "index" / generation.name, ignore=shutil.ignore_patterns("chroma"))
    (data / "index" / POINTER).write_text(f"{generation.name}\n", encoding="utf-8")
    shutil.copytree(settings.data / "weights", data / "weights", symlinks=False)
    changed = {
        "data": data,
        "scope": SCOPE,
        "model_url": None,
        "model_name": None,
        "model_key": None,
        "vectors": "exact",
    }
    return settings.model_copy(update=changed)
