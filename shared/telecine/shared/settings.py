"""Every setting, with a default that works on a laptop and a line of why.

Each is also an environment variable, `TELECINE_<NAME>`; `telecine settings` prints them all.
"""

import ipaddress
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from telecine.shared.sending.egress import Egress, policy

ORG_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
DEFAULT_ORGS = {"demo": ["demo-key"]}
#: What a calendar can still reckon with, behind any date of a run: a hundred years.
_LONGEST_HOURS = 100 * 365 * 24.0
_LONGEST_DAYS = 100 * 365.0

_NATS_SCHEMES = frozenset({"nats", "tls", "ws", "wss"})
#: What `engines.engine_of` makes an engine of.
_OUR_DATABASES = re.compile(r"postgresql\+asyncpg://|sqlite(\+\w+)?://")


class Settings(BaseSettings):
    """The house's settings; a field's description is its reason."""

    model_config = SettingsConfigDict(
        env_prefix="TELECINE_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,  # `TELECINE_EGRESS=` is the default, as in a file of compose
        hide_input_in_errors=True,  # it may hold keys, and passwords in URLs
    )

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; beyond loopback, TELECINE_ORGS must be set.",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8400, description="Port of the one HTTP door; 0 takes a free one."
    )
    data: Path = Field(
        Path(".telecine"), description="Folder of the embedded log, the tables and the uploads."
    )
    orgs: dict[str, list[str]] = Field(
        DEFAULT_ORGS,
        description='Organisations and their API keys, as JSON: {"demo": ["demo-key"]}.',
    )
    seed: int = Field(
        0, description="Start of every random stream; the same seed and keys give the same run."
    )
    speed: Annotated[float, Field(ge=0, le=1_000_000)] = Field(
        1.0, description="Virtual seconds a wall second at the start of a run; 0 is frozen."
    )
    preset: Literal["quick", "instant"] = Field(
        "quick", description="The encoder: ready after about three virtual seconds, or at once."
    )
    retries: Literal["standard", "svix", "stripe", "mux", "none"] = Field(
        "standard", description="Default retry schedule of webhooks (standard: Standard Webhooks)."
    )
    disable_after: Annotated[float, Field(ge=0, le=_LONGEST_HOURS)] = Field(
        120.0,
        description="Hours (virtual) of nothing but failures after which an exhausted delivery disables "
        "its endpoint; 0: never.",
    )
    fidelity: Literal["documented", "extended"] = Field(
        "documented",
        description="documented: types that the platform says have no effect stay silent.",
    )
    quirks: Literal["on", "off"] = Field(
        "on", description="on: the platforms' documented oddities; off: consistent shapes."
    )
    egress: str | None = Field(
        None,
        description="Where webhooks may go: open, private (not to link-local and metadata addresses), "
        "public (global addresses only) or networks, such as 10.0.0.0/8,2001:db8::/32; empty: open, "
        "beyond loopback public, under `run` private.",
    )
    timeout: Annotated[float, Field(gt=0, le=120)] = Field(
        15.0, description="Seconds (wall) that one webhook attempt may take in all."
    )
    retry_after: Annotated[float, Field(ge=0, le=30 * 86400)] = Field(
        86400.0,
        description="Seconds that a receiver's Retry-After can put an attempt off, at most.",
    )
    jitter: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0,
        description="Part of itself by which a retry's delay may be longer or shorter; 0 keeps the "
        "schedule to the letter, 0.2 spreads what failed together.",
    )
    in_flight: Annotated[int, Field(ge=1, le=4096)] = Field(
        256, description="Webhook attempts that one delivery worker makes side by side."
    )
    endpoint_in_flight: Annotated[int, Field(ge=1, le=1024)] = Field(
        64, description="How many of these may go to one endpoint that has no cap of its own."
    )
    backlog: Annotated[int, Field(ge=0)] = Field(
        1_000_000,
        description="Deliveries that may be parked for one endpoint; the oldest beyond are discarded.",
    )
    backlog_hours: Annotated[float, Field(gt=0, le=_LONGEST_HOURS)] = Field(
        24.0 * 14,
        description="Virtual hours after its event that a delivery may be parked; then it is discarded.",
    )
    keep_days: Annotated[float, Field(ge=0, le=_LONGEST_DAYS)] = Field(
        90.0,
        description="Virtual days after its last change that a delivery that has ended is kept, with its "
        "attempts, and a replay; 0: for ever.",
    )
    keep_attempts: Annotated[int, Field(ge=0)] = Field(
        5_000_000,
        description="Newest attempts that are kept; older ones go with deliveries that have ended. 0: all.",
    )
    upload_limit: Annotated[int, Field(ge=1)] = Field(
        5 * 1024**3, description="Bytes that one uploaded file may have."
    )
    keep_media: bool = Field(
        False, description="Keep uploaded files after their facts are in the log."
    )
    nats_url: str | None = Field(
        None, description="The NATS server; empty: `up` starts an embedded one."
    )
    sync_always: bool = Field(
        False,
        description="Have the embedded NATS server sync every write before it is confirmed, which costs "
        "throughput; otherwise a power cut may take two minutes.",
    )
    ca_file: Path | None = Field(
        None,
        description="PEM certificates of authorities that webhooks trust beside the system's.",
    )
    seal_key: SecretStr | None = Field(
        None,
        description="Base64 of 32 bytes, encrypts kept secrets; empty: seal.key in the data folder.",
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL, {service} is replaced; empty: SQLite files in the data folder.",
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = Field(
        None,
        description="Port for nothing but /metrics, without a key; empty: none. The gateway has /metrics "
        "on its own port as well.",
    )
    metrics_host: str = Field(
        "127.0.0.1", description="Address that TELECINE_METRICS_PORT listens on."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line that is logged."
    )

    @field_validator("egress")
    @classmethod
    def _egress_is_a_policy(cls, egress: str | None) -> str | None:
        if not egress:
            return None
        policy(egress)
        return egress

    @field_validator("nats_url")
    @classmethod
    def _nats_can_be_called(cls, url: str | None) -> str | None:
        for server in url.split(",") if url else ():
            parts = urlsplit(server if "://" in server else f"nats://{server}")
            if parts.scheme not in _NATS_SCHEMES or not parts.hostname:
                raise ValueError(
                    "is no address of a NATS server; write nats://<token>@<host>:<port>"
                )
        return url

    @field_validator("database_url")
    @classmethod
    def _database_is_one_of_ours(cls, url: str | None) -> str | None:
        if url and not _OUR_DATABASES.match(url):
            raise ValueError(
                "is no database that we can use; write "
                "postgresql+asyncpg://<user>:<password>@<host>/<database> or sqlite:///<file>"
            )
        return url

    @field_validator("orgs")
    @classmethod
    def _orgs_are_usable(cls, orgs: dict[str, list[str]]) -> dict[str, list[str]]:
        if not orgs:
            raise ValueError('has nobody in it; write {"demo": ["demo-key"]}')
        for org, keys in orgs.items():
            if not ORG_NAME.fullmatch(org):
                raise ValueError(f"organisation {org!r}: use 1 to 64 letters, digits, '_' or '-'")
            if not keys or not all(keys):
                raise ValueError(f"organisation {org!r}: give it at least one key, none empty")
        every = [key for keys in orgs.values() for key in keys]
        if len(set(every)) != len(every):
            raise ValueError("a key is listed twice; give every organisation keys of its own")
        return orgs

    @model_validator(mode="after")
    def _open_doors_need_keys(self) -> Self:
        if not _is_loopback(self.host) and "orgs" not in self.model_fields_set:
            raise ValueError(
                f"host {self.host!r} can be reached from other machines, but TELECINE_ORGS is not "
                'set: set TELECINE_ORGS=\'{"<org>": ["<secret key>"]}\' or listen on 127.0.0.1'
            )
        return self

    @property
    def egress_policy(self) -> Egress:
        """Where webhooks may go; a house that others can reach does not open its network to them."""
        return policy(self.egress or ("open" if _is_loopback(self.host) else "public"))

    @property
    def is_local(self) -> bool:
        """Whether only this machine can call the house."""
        return _is_loopback(self.host)

    def database(self, service: str) -> str:
        """Answer the SQLAlchemy URL of one service's tables."""
        if self.database_url:
            return self.database_url.replace("{service}", service)
        return f"sqlite:///{self.data.absolute() / service}.db"

    @property
    def uploads(self) -> Path:
        """Where the gateway keeps the bytes of uploads."""
        return self.data / "uploads"


def misspelt(variables: Iterable[str]) -> dict[str, str]:
    """Answer those of environment variables that are nearly a setting's, each with that one's name."""
    prefix = str(Settings.model_config["env_prefix"])
    known = [name.upper() for name in Settings.model_fields]
    unknown = {
        variable: variable.removeprefix(prefix)
        for variable in variables
        if variable.startswith(prefix) and variable.removeprefix(prefix) not in known
    }
    return {
        variable: f"{prefix}{close}"
        for variable, name in unknown.items()
        for close in get_close_matches(name, known, n=1, cutoff=0.8)
    }


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
