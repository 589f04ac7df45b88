"""Settings of a worker that a test starts: those of the tests, and the kinds of work that the tests ask for."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.server.kinds.apps.KindsConfig", *INSTALLED_APPS]
