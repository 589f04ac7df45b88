"""The demo: accounts for every role, and a region with two years of history. Refused in production."""

from config.demo.places import NoTerritory
from config.demo.region import AlreadySeeded, Summary, seed_region
from config.demo.span import Span
from config.demo.users import ACCOUNTS, DEMO_PASSWORD, DOMAIN, seed_users

__all__ = [
    "ACCOUNTS",
    "DEMO_PASSWORD",
    "DOMAIN",
    "AlreadySeeded",
    "NoTerritory",
    "Span",
    "Summary",
    "seed_region",
    "seed_users",
]
