"""Puts the examples into the package, from which `lifecycle-runner init` copies them; all else is in pyproject.toml.

They stand beside the package in the repository, where people look for them, and setuptools has no words for files from
there. An installation that is edited in place finds them where they are.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
HIDDEN = shutil.ignore_patterns(".*")  # what a bot has kept that somebody has tried


class BuildWithExamples(build_py):
    """Builds the package as usual, and copies the examples into it."""

    def run(self) -> None:
        """Build, and copy."""
        super().run()
        if not self.editable_mode:
            shutil.copytree(
                ROOT / "examples", Path(self.build_lib) / "runner/examples", ignore=HIDDEN, dirs_exist_ok=True
            )


setup(cmdclass={"build_py": BuildWithExamples})
