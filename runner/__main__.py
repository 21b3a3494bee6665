"""The program's entry: `lifecycle-runner`, or `python -m runner`."""

import gc
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    # Before anything else is imported: nothing that is made while starting becomes garbage, and looking for it would
    # cost a tenth of the start. The cli turns collection on again once the bot serves.
    gc.disable()
    from runner.cli import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
