"""`python -m sinch_auth`, and the console script."""

import sys


def main() -> None:
    """Run the command line; the exit code is the contract of design section 4."""
    from sinch_auth.surfaces.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
