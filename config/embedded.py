"""The embedded mode: one machine, one process, everything under ``DATA_DIR``."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet


@dataclass(frozen=True)
class Keys:
    """The secrets of an installation; the field keys stand newest first (rotation)."""

    secret_key: str
    field_keys: tuple[str, ...]
    field_hash_key: str


def database_url(data_dir: Path) -> str:
    """Return the URL of the embedded SQLite database file."""
    return f"sqlite:///{data_dir / 'esp-clap.sqlite3'}"


def ensure_keys(data_dir: Path) -> Keys:
    """Return the keys kept in ``data_dir/keys.json``, made once, readable by their owner only.

    They are drawn at random per installation: an embedded copy that grew into real use must not share its
    keys with every other copy. Two processes that start together agree: the first file linked wins.
    """
    path = data_dir / "keys.json"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        keys = Keys(secrets.token_urlsafe(50), (Fernet.generate_key().decode(),), secrets.token_urlsafe(32))
        draft = data_dir / f"keys.{os.getpid()}.{secrets.token_hex(4)}.tmp"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(keys), file)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    stored = json.loads(path.read_text())
    return Keys(stored["secret_key"], tuple(stored["field_keys"]), stored["field_hash_key"])
