"""`python3 -m bootstrap [runtime|dev]`: makes `.venv` ready; does nothing when it already is."""

import sys

if sys.version_info < (3, 8):
    sys.exit("Neckwise's set-up needs Python 3.8 or newer as python3; this is %d.%d." % sys.version_info[:2])

import platform
from pathlib import Path

from bootstrap.trouble import SetupError, remedy_for


def main() -> int:
    """Exit status 0 when `.venv` is ready, 1 with what failed and what to do otherwise, 130 on Ctrl-C."""
    if platform.system() == "Windows":
        print("Neckwise runs on Linux; on Windows use WSL.", file=sys.stderr)
        return 1
    from bootstrap import environment

    kind = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    if kind not in environment.LOCKS or len(sys.argv) > 2:
        print("usage: python3 -m bootstrap [%s]" % "|".join(environment.LOCKS), file=sys.stderr)
        return 2
    root = Path(__file__).resolve().parent.parent
    try:
        environment.prepare(root, kind)
    except SetupError as error:
        print("\n[setup] FAILED: %s\n[setup] WHAT TO DO: %s" % (error.what, error.remedy), file=sys.stderr)
        return 1
    except OSError as error:
        print(
            "\n[setup] FAILED: %s\n[setup] WHAT TO DO: %s" % (error, remedy_for(str(error))), file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        print("\n[setup] Stopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
