"""Where what the house does for every platform comes from: delivery of webhooks, and the encoder."""

from telecine.delivery.schedule import SCHEDULES
from telecine.platforms.fidelity import Claim, Origin, Provenance, Table, documented, invented
from telecine.shared.settings import Settings
from telecine.transcoder.plan import FAILURES

_HOUR = 3600
_PUBLISHED = "PUB:Standard Webhooks 1.0.0"
_DEFAULTS = Settings.model_fields

#: Failure texts that a platform's documents show.
_SHOWN = {
    "worker_lost": "O@8b1a7a0:video/webhooks/create_endpoint.md",
    "source_403": "O:video/*.md",
}
_SPAN_ONLY = "only the span is published; the steps in between are ours"
_SCHEDULES: dict[str, tuple[Origin, str, str]] = {
    "standard": (
        "documented",
        _PUBLISHED,
        "of no platform; the default, since none says anything",
    ),
    "svix": ("documented", "PUB:docs.svix.com/retries", ""),
    "stripe": ("inferred", "PUB:docs.stripe.com/webhooks, INFER", _SPAN_ONLY),
    "mux": ("inferred", "PUB:mux.com/docs/core/listen-for-webhooks, INFER", _SPAN_ONLY),
    "none": ("invented", "DESIGN §6", ""),
}


def _schedule(name: str, waits: tuple[int, ...]) -> Claim:
    origin, source, note = _SCHEDULES[name]
    steps = ", ".join(_length(wait) for wait in waits[1:])
    told = f"at once, then after {steps}" if steps else "one attempt, none after it"
    return Claim(f"`{name}`", origin, source, f"{told}; {note}".rstrip("; "))


def _length(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < _HOUR else f"{seconds / _HOUR:g} h"


_FAILURES = tuple(
    Claim(
        f"`{code}`",
        "documented" if code in _SHOWN else "invented",
        _SHOWN.get(code, "GAP"),
        f"the text: {text.splitlines()[0]}" + (" …" if "\n" in text else ""),
    )
    for code, text in FAILURES.items()
)

PROVENANCE = Provenance(
    title="Every platform",
    about="What the house does alike for all of them. No platform documents a retry, a time-out or a "
    "signature; what others of their kind publish stands in for it, and is called documented if they do.",
    sources={
        "PUB:name": "a published standard, or the documents of another vendor of webhooks",
        "INFER": "our inference from the sources beside it",
        "GAP": "documented nowhere that could be found",
        "DESIGN §n": "a choice of this project's design",
        "decision n": "a choice that is written down in [decisions](decisions)",
    },
    missing={},
    tables=(
        Table(
            "Retry schedules (`--retries`)",
            "timing",
            tuple(_schedule(name, waits) for name, waits in SCHEDULES.items()),
        ),
        Table(
            "Times",
            "timing",
            (
                *invented(
                    "GAP, DESIGN §4",
                    **{
                        "an attempt may take": f"{_DEFAULTS['timeout'].default:g} s of the wall's clock",
                        "a delay counts": "from the end of the attempt, in virtual time",
                        "preset `quick`": "0.4 to 0.6 s until a video is in progress, "
                        "1.6 to 2 s until it is complete, 0.3 to 0.5 s until that is confirmed, "
                        "0.2 to 0.3 s until it can be watched",
                        "preset `instant`": "no waits; every event is sent all the same",
                    },
                ),
            ),
        ),
        Table(
            "Headers of every webhook",
            "header",
            (
                *documented(
                    _PUBLISHED,
                    **{
                        "webhook-id": "the same over all attempts",
                        "webhook-timestamp": "Unix seconds of the attempt, on the wall's clock",
                        "webhook-signature": "v1, HMAC-SHA256 with the endpoint's secret",
                    },
                ),
                *invented(
                    "GAP, DESIGN §4",
                    **{
                        "telecine-time": "the virtual moment",
                        "user-agent": "`Telecine/` and the version",
                        "content-type": "`application/json`",
                        "traceparent": "when traces are exported (decision 8)",
                    },
                ),
            ),
        ),
        Table("Failures that can be wished for (`sim=fail:<code>`)", "rule", _FAILURES),
        Table(
            "What a video is",
            "rule",
            invented(
                "GAP, decision 4",
                **{
                    "a real file": "is probed; its width, height, length, size and tag are its own",
                    "behind a link": "nothing is fetched; its length is log-normal around four minutes, "
                    "size and resolution are drawn from the seed",
                    "a failure": "happens only when it is wished for, or when a real file is none",
                },
            ),
        ),
        Table(
            "Delivery",
            "rule",
            invented(
                "GAP, DESIGN §5",
                **{
                    "at least once": "a crash repeats an attempt, under the same webhook-id",
                    "an endpoint that was switched off": "is sent nothing (decision 2)",
                },
            ),
        ),
    ),
)
