"""Files that were made to hurt: a diagnostic, within bounds of memory, and never a crash.

`python -m benchmarks.validate` times them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.validate import HOSTILE
from runner.config.source import parse
from runner.config.source.compose import MAX_FAULTS

ROOT = Path(__file__).parent.parent
MEMORY_MIB = 200

PROGRAM = """
import re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from runner.__main__ import main
code = main()
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
print(int(peak) // 1024, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="how much memory a process held is asked of Linux")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_within_bounds(name: str, tmp_path: Path) -> None:
    file = tmp_path / "bot.yaml"
    file.write_bytes(HOSTILE[name]())
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "validate", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == (0 if "template" in name else 1), done.stderr[-2000:]
    assert int(done.stderr.split()[-1]) < MEMORY_MIB
    assert ("error[" in done.stdout) is (done.returncode == 1)


@pytest.mark.parametrize("faults", [MAX_FAULTS, MAX_FAULTS + 1])
def test_the_number_of_faults_is_bounded(faults: int) -> None:
    parsed = parse("a: 1\n" + "a: 1\n" * faults, "bot.yaml")
    is_over = faults > MAX_FAULTS
    assert (parsed.root is None) is is_over
    assert len(parsed.diagnostics) == MAX_FAULTS + is_over
    assert (parsed.diagnostics[-1].slug == "too-many-faults") is is_over
