"""The command line -> its reference: every command with its arguments, options and defaults."""

import re
from collections.abc import Iterator
from typing import Any

from cyclopts import App

from turnout.apps.docs.markdown import code, sentence, table


def commands(app: App, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Yield every command that can be typed, with its full name; a group that does something itself comes first."""
    for name in app:
        if name.startswith("-"):
            continue
        command = app[name]
        if command.default_command is not None:
            yield (*path, name), command
        yield from commands(command, (*path, name))


def reference(app: App) -> str:
    """Return the reference of all commands, each under its own heading."""
    return "\n\n".join(_command(path, command) for path, command in commands(app))


def everywhere(app: App) -> str:
    """Return the options that every command takes."""
    told = parameters(app.meta.default_command.__doc__ if app.meta.default_command else None)
    shown = [one for one in app.meta.assemble_argument_collection() if one.show]
    return table(("option", "default", "what it is"), [_option(one, told) for one in shown])


def parameters(docstring: str | None) -> dict[str, str]:
    """Return what a docstring's section `Parameters` tells: {name: sentence}."""
    section = (docstring or "").partition("Parameters\n")[2].partition("\n")[2]
    found = re.findall(r"^ {4}(\w+)\n((?: {8}.*\n?)+)", section, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _command(path: tuple[str, ...], command: App) -> str:
    function = command.default_command
    told = parameters(getattr(function, "__doc__", None))
    shown = [one for one in command.assemble_argument_collection() if one.show]
    places = [one for one in shown if not one.name.startswith("-")]
    options = [one for one in shown if one.name.startswith("-")]
    line = " ".join(("turnout", *path, *(_place(one) for one in places)))
    parts = [f"### turnout {' '.join(path)}", sentence(getattr(function, "__doc__", None)), f"Typed as {code(line)}."]
    if any(one.field_info.name in told for one in places):
        parts.append("\n".join(f"- {code(one.name)}: {told.get(one.field_info.name, '')}" for one in places))
    if options:
        parts.append(table(("option", "default", "what it is"), [_option(one, told) for one in options]))
    return "\n\n".join(parts)


def _place(argument: Any) -> str:
    several = "list" in str(argument.hint)
    name = f"{argument.name}..." if several else argument.name
    return name if argument.required else f"[{name}]"


def _option(argument: Any, told: dict[str, str]) -> tuple[str, str, str]:
    default = "must be given" if argument.required else argument.field_info.default
    shown = "" if default is None or default is False or default == "" else "yes" if default is True else str(default)
    sentence_told = argument.parameter.help or told.get(argument.field_info.name, "")
    env = "".join(f" Also {code(name)} in the environment." for name in argument.parameter.env_var or ())
    return ", ".join(code(name) for name in argument.names), code(shown), sentence_told + env
