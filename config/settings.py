"""Settings, from environment variables only (table in the README).

Two ways to run, one code (docs/decisions/0002-two-ways-to-run.md): without any variable the embedded mode, SQLite and
jobs in threads under ``./var``; with ``PRODUCTION=1`` PostgreSQL, Redis and Celery workers, and a start that is refused
while a secret is missing.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.embedded import database_url, ensure_keys
from config.folders import private_folder
from config.production import faulty_field_keys, missing_for_production

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

if PRODUCTION:
    if faults := missing_for_production(env.ENVIRON):
        raise ImproperlyConfigured("Démarrage refusé en production. " + " ".join(faults))
    SECRET_KEY = env("SECRET_KEY")
    FIELD_KEYS = env.list("FIELD_KEYS")
    FIELD_HASH_KEY = env("FIELD_HASH_KEY")
else:
    keys = ensure_keys(DATA_DIR)
    SECRET_KEY = env("SECRET_KEY", default=keys.secret_key)
    FIELD_KEYS = env.list("FIELD_KEYS", default=list(keys.field_keys))
    FIELD_HASH_KEY = env("FIELD_HASH_KEY", default=keys.field_hash_key)
    if faults := faulty_field_keys(FIELD_KEYS):
        raise ImproperlyConfigured(" ".join(faults))

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if PRODUCTION else [])

# --- the house -----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "reports",
    "payments",
    "actions",
    "conventions",
    "association",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "django_tables2",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "association.visits.VisitMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
            ],
        },
    }
]

FORM_RENDERER = "config.form_rendering.HouseRenderer"
DJANGO_TABLES2_TEMPLATE = "django_tables2/house.html"

# --- data ----------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url_config(env("DATABASE_URL", default=database_url(DATA_DIR)))}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # One writer at a time: a transaction takes the write lock when it begins, and waits for it.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # Recursive triggers: without them INSERT OR REPLACE deletes a row and fires no trigger.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA recursive_triggers=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

DOCUMENTS_DIR = DATA_DIR / "documents"
# Where a file is written before it is kept: they hold IBANs, so never in the system's own temporary folder.
DRAFTS_DIR = DATA_DIR / "drafts"

# --- region and rules ----------------------------------------------------------------------------------------

REGION = env("REGION", default="52")
ORGANISATION_NAME = env("ORGANISATION_NAME", default="Association régionale des ESP CLAP")
# Days by which an effect may be decided before the later of start and signature (docs/payment-rules.md).
CONVENTION_EARLY_EFFECT_DAYS = env.int("CONVENTION_EARLY_EFFECT_DAYS", default=0)
# The same for a renewal signed late: it takes effect where the convention before it ended, so that no day is lost.
CONVENTION_RENEWAL_EFFECT_DAYS = env.int("CONVENTION_RENEWAL_EFFECT_DAYS", default=120)
CONVENTION_MONTHS = env.int("CONVENTION_MONTHS", default=24)
# How long a file that came with a refused declaration is kept for its author, in days; then it is erased.
KEPT_UPLOAD_DAYS = env.int("KEPT_UPLOAD_DAYS", default=1)
# Days that the délégation has for its opinion, and the team for what is missing.
OPINION_DAYS = env.int("OPINION_DAYS", default=45)
COMPLEMENT_DAYS = env.int("COMPLEMENT_DAYS", default=30)
# Day of the following month by which the file of a month is to be with the bank (calendar).
PAYMENT_DAY = env.int("PAYMENT_DAY", default=15)
# Days after which a team is told to be late in its state, on the board; a state that is not there is never late.
TEAM_LATE_DAYS = {
    "registered": env.int("TEAM_LATE_REGISTERED_DAYS", default=30),
    "accompanied": env.int("TEAM_LATE_ACCOMPANIED_DAYS", default=180),
    "drafting": env.int("TEAM_LATE_DRAFTING_DAYS", default=180),
    "submitted": env.int("TEAM_LATE_SUBMITTED_DAYS", default=OPINION_DAYS),
    "to_complete": env.int("TEAM_LATE_TO_COMPLETE_DAYS", default=COMPLEMENT_DAYS),
    "recognised": env.int("TEAM_LATE_RECOGNISED_DAYS", default=90),
    "suspended": env.int("TEAM_LATE_SUSPENDED_DAYS", default=180),
}

# --- people --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "association.User"
AUTHENTICATION_BACKENDS = [
    "association.permissions.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "association.accounts.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = ORGANISATION_NAME

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# Without a server for e-mail, messages are kept in the « Boîte d'envoi » and not sent.
MAIL_IS_SENT = not EMAIL_CONFIG["EMAIL_BACKEND"].endswith((".console.EmailBackend", ".dummy.EmailBackend"))
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="ne-pas-repondre@esp-clap.example")

# --- language ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

# --- static files --------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# The embedded mode serves the files from where they are; production from a hashed, compressed collection.
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- browser security ----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's icons in CSS and the QR code of the second factor
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_REDIRECT_EXEMPT = [r"^sante/$"]  # the health check comes from inside, over http
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Where a larger file lies while it is received: a paper of a dossier has no place in the machine's common folder.
FILE_UPLOAD_TEMP_DIR = private_folder(DATA_DIR / "uploads")

# --- jobs ----------------------------------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL", default="")
# Embedded: no broker is installed, the jobs run in threads of the web process (config/celery.py).
EMBEDDED_JOBS = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05}
    if EMBEDDED_JOBS
    else {
        # Far above the longest job: a job longer than this would be delivered a second time while it runs.
        "visibility_timeout": env.int("JOB_VISIBILITY_SECONDS", default=6 * 3600),
        "unacked_restore_interval": env.int("JOB_RESTORE_SECONDS", default=10),
        # A dead broker must not hold a page: the row waits, the sweep sends it later.
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "max_retries": 0,
    }
)
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", default=3)
# A running job whose worker gave no sign of life for that long is taken over by the sweep.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)
# How often the schedule looks for jobs that nobody works on.
JOB_SWEEP_SECONDS = env.int("JOB_SWEEP_SECONDS", default=15)
CELERY_BEAT_SCHEDULE = {
    # Daily and idempotent: a machine that slept on the 1st catches up on the 2nd.
    "prepare-last-month": {"task": "payments.prepare_last_month", "schedule": crontab(hour=6, minute=0)},
    # A report that is owed of the period that ended; one that somebody has begun is left alone.
    "prepare-due-reports": {"task": "reports.prepare_due", "schedule": crontab(hour=6, minute=30)},
    # Before the office opens; run again, it writes the same.
    "watch-teams": {"task": "association.watch_teams", "schedule": crontab(hour=5, minute=30)},
    # Once a day for each account, in the first of these hours in which the machine is awake.
    "send-digests": {"task": "association.send_digests", "schedule": crontab(hour="7-18", minute=15)},
    # Before the month is prepared; what a missed day left open is stated by the next one.
    "end-conventions": {"task": "conventions.end_conventions", "schedule": crontab(hour=5, minute=0)},
    # Before the findings of the day are written; the year's forms go out in January, or at the first start after it.
    "ask-for-reviews": {"task": "reports.ask_for_reviews", "schedule": crontab(hour=5, minute=15)},
    # Whole uploads of a process that was killed: they may hold what a document holds.
    "remove-leftovers": {"task": "association.remove_leftovers", "schedule": crontab(minute=10)},
    # Files of declarations that were refused and never sent again: they may name whoever was there.
    "erase-kept-uploads": {"task": "actions.erase_kept_uploads", "schedule": crontab(hour=4, minute=30)},
    # A sweep that no worker was free for is not worth doing late: the next one does the same.
    "sweep-jobs": {
        "task": "association.sweep_jobs",
        "schedule": JOB_SWEEP_SECONDS,
        "options": {"expires": JOB_SWEEP_SECONDS},
    },
}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A page refused or not found is an answer, not a fault of the server.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")},
}
