"""Folders of the installation that its own user alone may open."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FOR_OTHERS = 0o077


def private_folder(path: Path) -> Path:
    """Return the folder, made if need be, closed to every other user of the machine.

    Raises:
        ImproperlyConfigured: in French, when it cannot be made or closed.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_mode & FOR_OTHERS:
            path.chmod(0o700)
    except OSError as error:
        raise ImproperlyConfigured(
            f"Le dossier {path} ne peut pas servir ({error.strerror}) : voyez DATA_DIR."
        ) from None
    return path
