"""The command line: what a person types, and the exit code they get."""

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from turnout import __version__
from turnout.apps import accounts, demo, flow, looks, serve, simulate
from turnout.apps.face import Face, complain
from turnout.errors import InputError, TurnoutError

app = App(
    name="turnout",
    help="Share what happened at a virtual event with the systems marketers work in.",
    version=__version__,
    help_format="plaintext",
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
)
for commands in (demo, simulate, accounts, flow, looks, serve):
    commands.add_to(app)


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    home: Annotated[Path, Parameter(env_var="TURNOUT_HOME")] = Path(".turnout"),
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Run one command.

    Parameters
    ----------
    home
        The folder with the database, the inbox, the key and the settings.
    json
        Print JSON instead of tables.
    """
    command, bound, ignored = app.parse_args(tokens, exit_on_error=False, print_error=False)
    if "face" in ignored:
        bound.arguments["face"] = Face(_place(home), json)
    code = command(*bound.args, **bound.kwargs)
    return code if isinstance(code, int) else 0


def _place(home: Path) -> Path:
    """Return the home, made if absent; InputError where it can be none."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise InputError(
            f"{home} cannot be the home: {failure.strerror}", "name a folder that you may write to with --home"
        ) from failure
    return home


def run(arguments: list[str] | None = None) -> int:
    """Run a command line and return its exit code.

    0 done, 1 something was parked that was not parked before, 2 bad input or settings, 3 a person must act,
    75 come back later.
    """
    given = sys.argv[1:] if arguments is None else arguments
    try:
        return _code(app.meta(given, exit_on_error=False, print_error=False, result_action="return_value"))
    except CycloptsError as failure:
        complain(
            InputError(str(failure), "`turnout --help` lists the commands and their options"), json="--json" in given
        )
        return 2
    except TurnoutError as failure:
        complain(failure, json="--json" in given)
        return failure.exit_code
    except KeyboardInterrupt:
        return 130


def _code(result: Any) -> int:
    return result if isinstance(result, int) else 0


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run())
