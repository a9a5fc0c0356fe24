"""The embedded server's configuration, as values and as the text that nats-server reads."""

import json
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
MAX_PAYLOAD = 1024**2
#: Only a ceiling, nothing is reserved; the server's own (75 % of what is free) shrinks as it fills.
MAX_FILE_STORE = 1024**4
MAX_MEMORY_STORE = 256 * 1024**2
LOG_LIMIT = 10 * 1024**2


@dataclass(frozen=True)
class Files:
    """Where the embedded server's things lie in a data folder."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "nats-server.conf"

    @property
    def log(self) -> Path:
        return self.folder / "nats-server.log"

    @property
    def pid(self) -> Path:
        return self.folder / "nats-server.pid"

    @property
    def store(self) -> Path:
        return self.folder / "nats"


@dataclass(frozen=True)
class Identity:
    """What makes one embedded server itself; kept when it is restarted, so that clients return.

    `monitor` is the port where it says how it is, to whoever is on this machine.
    """

    name: str
    port: int
    token: str
    monitor: int

    @property
    def url(self) -> str:
        return f"nats://{self.token}@{HOST}:{self.port}"


def render(identity: Identity, files: Files, *, sync_always: bool) -> str:
    """Answer the configuration's text: JSON, which nats-server reads as its own format.

    `sync_always` has every write reach the disk before it is acknowledged; it costs throughput,
    and is needed only to survive the machine's death, not the server's.
    """
    jetstream: dict[str, object] = {
        "store_dir": str(files.store),
        "max_file_store": MAX_FILE_STORE,
        "max_memory_store": MAX_MEMORY_STORE,
    }
    if sync_always:
        jetstream["sync_interval"] = "always"
    config = {
        "server_name": identity.name,
        "listen": f"{HOST}:{identity.port}",
        "http": f"{HOST}:{identity.monitor}",
        "authorization": {"token": identity.token},
        "max_payload": MAX_PAYLOAD,
        "jetstream": jetstream,
        "log_file": str(files.log),
        "logfile_size_limit": LOG_LIMIT,
        "logfile_max_num": 2,
    }
    return json.dumps(config, indent=2, ensure_ascii=False) + "\n"
