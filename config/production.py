"""What production needs before it starts: pure, so that a test can ask it anything."""

from collections.abc import Iterable, Mapping

from cryptography.fernet import Fernet

WEAK_SECRETS = ("change", "insecure", "default", "example", "secret")
REQUIRED = ("SECRET_KEY", "FIELD_KEYS", "FIELD_HASH_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "SITE_URL")


def missing_for_production(environment: Mapping[str, str]) -> list[str]:
    """Return one French sentence per setting that forbids a start in production, in a fixed order."""
    faults = [f"La variable {name} n'est pas définie." for name in REQUIRED if not environment.get(name, "").strip()]
    secret = environment.get("SECRET_KEY", "")
    if secret and _is_weak(secret, length=40):
        faults.append("SECRET_KEY est une valeur par défaut ou fait moins de 40 caractères.")
    if environment.get("FIELD_KEYS"):
        faults += faulty_field_keys(environment["FIELD_KEYS"].split(","))
    hash_key = environment.get("FIELD_HASH_KEY", "")
    if hash_key and _is_weak(hash_key, length=32):
        faults.append("FIELD_HASH_KEY est une valeur par défaut ou fait moins de 32 caractères.")
    if environment.get("DATABASE_URL", "").startswith("sqlite"):
        faults.append("DATABASE_URL désigne SQLite ; la production demande PostgreSQL.")
    if environment.get("DEBUG", "").strip().lower() in {"1", "true", "yes", "on", "y", "t"}:
        faults.append("DEBUG est activé.")
    if "*" in environment.get("ALLOWED_HOSTS", ""):
        faults.append("ALLOWED_HOSTS accepte n'importe quel nom de serveur (*).")
    return faults


def _is_weak(secret: str, *, length: int) -> bool:
    """Short, repeated, or with a word that a person left there to be replaced (``django-insecure-…``)."""
    return len(secret) < length or len(set(secret)) < 8 or any(word in secret.lower() for word in WEAK_SECRETS)


def faulty_field_keys(keys: Iterable[str]) -> list[str]:
    """Return the sentence that says that one of the field keys is not a key, or nothing."""
    if all(map(_is_fernet_key, keys)):
        return []
    return ["FIELD_KEYS contient une clé qui n'est pas une clé Fernet (44 caractères)."]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key.strip().encode())
    except ValueError:
        return False
    return True
