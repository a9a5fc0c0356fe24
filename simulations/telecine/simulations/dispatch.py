"""From a command's name to what does it; each is imported when it is wanted, so that help is quick."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import fields
from typing import Any

import uvloop

from telecine.shared.settings import Settings
from telecine.simulations.interrupting import unless_stopped


def dispatch(settings: Settings, options: argparse.Namespace) -> int:
    """Do what `options.command` names; answers the exit status."""
    return COMMANDS[options.command](settings, options)


def _up(settings: Settings, _: argparse.Namespace) -> int:
    from telecine.simulations.commands import up

    return _awaited(up.run(settings))


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import one

    return _awaited(one.run(settings, options.service))


def _health(settings: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import health

    return _awaited(health.run(settings, options.service))


def _simulate(settings: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import simulate

    return _awaited(simulate.run(settings, options))


def _receiver(_: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import receiver

    return _awaited(receiver.run(options))


def _demo(_: Settings, __: argparse.Namespace) -> int:
    from telecine.simulations.commands import demo

    return _awaited(demo.run())


def _rebuild(settings: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import rebuild

    return _awaited(rebuild.run(settings, options.view))


def _verify(settings: Settings, _: argparse.Namespace) -> int:
    from telecine.simulations.commands import verify

    return _awaited(unless_stopped(verify.run(settings)))


def _bench_load(_: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import bench

    measuring = bench.load(options.uploads, options.rate, options.seconds, as_json=options.json)
    return _awaited(unless_stopped(measuring))


def _bench_delivery(_: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.bench.delivery_plan import Plan
    from telecine.simulations.commands import bench_delivery

    plan = Plan(**{field.name: getattr(options, field.name) for field in fields(Plan)})
    return _awaited(unless_stopped(bench_delivery.run(plan, as_json=options.json)))


def _bench_fanout(_: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import bench_fanout

    measuring = bench_fanout.run(
        options.events,
        options.endpoints,
        options.rounds,
        options.ordering,
        as_json=options.json,
    )
    return _awaited(unless_stopped(measuring))


def _settings(settings: Settings, _: argparse.Namespace) -> int:
    from telecine.simulations.commands import settings as shown

    return shown.run(settings)


def _spec(_: Settings, options: argparse.Namespace) -> int:
    from telecine.simulations.commands import spec

    return spec.run(options.document, options.output)


def _awaited(command: Coroutine[Any, Any, int]) -> int:
    if sys.platform == "win32":
        return asyncio.run(command)
    return uvloop.run(command)


COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "up": _up,
    "run": _run,
    "health": _health,
    "simulate": _simulate,
    "receiver": _receiver,
    "demo": _demo,
    "rebuild": _rebuild,
    "verify": _verify,
    "bench load": _bench_load,
    "bench delivery": _bench_delivery,
    "bench fanout": _bench_fanout,
    "settings": _settings,
    "spec": _spec,
}
