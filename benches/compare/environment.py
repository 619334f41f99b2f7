"""What the comparison runs with: the Python packages, and the executables of this repository.

Needs nothing but Python's own library, so that it can make the environment that has the rest.
"""

import json
import os
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))


def versions() -> dict[str, str]:
    """The packages and versions that are asked for."""
    return dict(line.split("==") for line in REQUIREMENTS.read_text().split())


def is_complete() -> bool:
    try:
        return all(metadata.version(name) == version for name, version in versions().items())
    except metadata.PackageNotFoundError:
        return False


def ensure(folder: Path) -> None:
    """Starts this program again in an environment with the requirements, unless they are here."""
    if is_complete():
        return
    python = folder / "bin" / "python"
    if Path(sys.prefix).resolve() == folder.resolve():
        sys.exit(f"{folder} lacks some of {REQUIREMENTS}: remove it, and it will be made anew")
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], check=True)
    os.execv(python, [str(python), *sys.argv])


def build(name: str, *command: str) -> Path:
    """Runs cargo and finds the executable of a target in its messages."""
    command = ["cargo", *command, "--message-format=json"]
    out = subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    built = [message for message in messages if message.get("executable")]
    return next(Path(message["executable"]) for message in built if message["target"]["name"] == name)


def program(name: str) -> str:
    """A program that came with the packages."""
    return str(Path(sys.executable).parent / name)


def with_threads(threads: int) -> dict[str, str]:
    """The environment of a run: not every system can be told its threads otherwise."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    return os.environ | dict.fromkeys(names, str(threads))
