"""The command line: finds commands by folder, turns errors into exit codes."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import click

from sinch_auth import __version__
from sinch_auth.errors import SinchAuthError
from sinch_auth.redact import redact

_COMMANDS = Path(__file__).parent / "commands"


class _Discovered(click.Group):
    """A group whose commands are the modules of a folder, imported only when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(p.stem.replace("_", "-") for p in _COMMANDS.glob("*.py") if p.stem != "__init__")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = cmd_name.replace("-", "_")
        if not (_COMMANDS / f"{module}.py").is_file() or module == "__init__":
            return None
        command = importlib.import_module(f"sinch_auth.surfaces.commands.{module}").command
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=_Discovered,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="sinch-auth")
def cli() -> None:
    """How do I authenticate with this Sinch API, and why does my attempt fail?

    Exit codes: 0 done, 2 usage, 3 needs an answer from you, 4 a fault was found, 1 our own failure.
    Secrets are read from environment variables or files, never from arguments.
    """


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code. Never raises for anything a user did."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        result = cli.main(args=arguments, prog_name="sinch-auth", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as problem:
        # An argument may be a secret that was put in the wrong place: mask before showing.
        click.echo(f"sinch-auth: {redact(problem.format_message()).text}", err=True)
        if isinstance(problem, click.UsageError) and problem.ctx:
            click.echo(f"help: {problem.ctx.command_path} --help", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except SinchAuthError as problem:
        click.echo(f"sinch-auth: {redact(str(problem)).text}", err=True)
        return problem.exit_code
    except BrokenPipeError:
        # The reader has gone (`| head`): leave without a second error at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as bug:
        if os.environ.get("SINCH_AUTH_DEBUG"):
            raise
        click.echo(
            f"sinch-auth: our own failure ({type(bug).__name__})\n"
            "cure: run again with SINCH_AUTH_DEBUG=1 and report the traceback, after removing secrets from it",
            err=True,
        )
        return 1
