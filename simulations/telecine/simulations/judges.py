"""Other people's packages that judge the house: a tus client, a checker of signatures."""

from importlib.util import find_spec

from telecine.shared.errors import TelecineError

_MODULES = {"tuspy": "tusclient", "standardwebhooks": "standardwebhooks"}


class JudgesMissing(TelecineError):
    """The `judges` extra is not installed."""


def missing(package: str) -> JudgesMissing:
    """Answer the error that says how to get a package."""
    return JudgesMissing(f"the {package} package is missing: pip install 'telecine[judges]'")


def require() -> None:
    """Raise JudgesMissing unless every judge is there."""
    for package, module in _MODULES.items():
        if find_spec(module) is None:
            raise missing(package)
