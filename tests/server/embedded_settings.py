"""Settings of a site that a test starts: the project's own, and the kinds of work that the tests ask for."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.server.kinds.apps.KindsConfig", *INSTALLED_APPS]
