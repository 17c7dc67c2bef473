"""Every setting of iamlab, read from the environment through small functions that refuse what makes no sense."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
# botocore gives its models here and signs nothing: awscrt, which computes checksums, is not for it to load whole.
os.environ.setdefault("BOTO_DISABLE_CRT", "true")


def env_str(name: str, default: str) -> str:
    return os.environ.get(name, default)


def env_int(name: str, default: int, least: int) -> int:
    try:
        value = int(os.environ.get(name, default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more")
    return value


def env_bool(name: str, default: bool) -> bool:
    value = os.environ.get(name, str(default)).lower()
    if value not in ("true", "false", "1", "0"):
        raise ImproperlyConfigured(f"{name} must be true or false")
    return value in ("true", "1")


def env_list(name: str, default: str) -> list[str]:
    return [item.strip() for item in env_str(name, default).split(",") if item.strip()]


def env_database() -> dict[str, Any]:
    try:
        found = dj_database_url.config(default=SQLITE, conn_max_age=600)
    except ValueError:
        found = {}
    if found.get("ENGINE", "").rpartition(".")[2] not in ("sqlite3", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must be the address of a PostgreSQL or SQLite database")
    return dict(found)


def env_secret() -> str:
    """SECRET_KEY, or a key kept in var/ so that sessions and access keys survive a restart."""
    if "SECRET_KEY" in os.environ:
        if not os.environ["SECRET_KEY"]:
            raise ImproperlyConfigured("SECRET_KEY must not be empty; leave it out, and one is made and kept")
        return os.environ["SECRET_KEY"]
    kept = ROOT / "var" / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        # Written beside and moved into place: two processes starting at once agree on one key.
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_text(secrets.token_urlsafe(50))
        draft.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            os.link(draft, kept)
        draft.unlink()
    return kept.read_text()


DEBUG = env_bool("DEBUG", False)
LAB_PREVIEW = os.environ.get("LAB_PREVIEW", "")  # a lab's folder; set by manage.py labs preview alone
DEMO = env_bool("DEMO", False)  # shows the demo sign-ins on the landing page
SECRET_KEY = env_secret()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", "")
HTTPS = env_bool("HTTPS", False)
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "crispy_forms",
    "iamlab.components",
    "iamlab.people",
    "iamlab.services.accounts",
    "iamlab.services.budgets",
    "iamlab.services.cloudtrail",
    "iamlab.services.iam",
    "iamlab.services.organizations",
    "iamlab.services.signin",
    "iamlab.services.s3",
    "iamlab.services.ec2",
    "iamlab.sandbox",
    "iamlab.labs",
    "iamlab.classroom",
    "iamlab.console",
    "iamlab.door",
]

MIDDLEWARE = [
    "iamlab.wire.middleware.wire",
    "django.middleware.gzip.GZipMiddleware",  # pages; what the wire answers is done above
    "iamlab.headers.security_headers",
    "iamlab.door.middleware.recording",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "iamlab.too_big.too_big",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "iamlab.components.asking.Asking",
    "iamlab.nul.no_nul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "iamlab.labs.beside.after_changes",
]

ROOT_URLCONF = "iamlab.urls"
WSGI_APPLICATION = "iamlab.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "iamlab.components.context.frame",
                "iamlab.labs.beside.context",
                "iamlab.classroom.context.mine",
            ],
        },
    },
]

SQLITE = f"sqlite:///{ROOT / 'var' / 'iamlab.sqlite3'}"
DATABASES = {"default": env_database()}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Deferred read-then-write transactions fail in bulk under concurrency, whatever the timeout.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # A checkpoint every 40 MB of log: it waits for the disk, which at every 4 MB took a third of the calls' time.
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=0;"
            "PRAGMA wal_autocheckpoint=10000"
        ),
    }
    # A file, as in production: a shared database in memory locks whole tables as soon as two threads meet.
    (ROOT / "var").mkdir(exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(ROOT / "var" / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "/sign-in/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"/vendor/.+\.[0-9a-f]{12}\.js$"  # the name has the content's hash: kept for good

CRISPY_TEMPLATE_PACK = "cloudscape"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["cloudscape"]

# Without DEBUG Django would mail tracebacks and print nothing: the terminal is where an operator looks.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},  # without any handler Python prints to the terminal after all
    },
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {
        "django.request": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
        # A stranger's 400 is no fault of the server.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}

# Limits of the simulated cloud.
OBJECT_BYTES = env_int("OBJECT_BYTES", 32 * 2**20, 1)
SANDBOX_BYTES = env_int("SANDBOX_BYTES", 128 * 2**20, 1)
REQUESTS_PER_SECOND = env_int("REQUESTS_PER_SECOND", 50, 0)
UPLOAD_BYTES = SANDBOX_BYTES + 2**20  # all files of one form
# Limits of the self-test of labs that instructors upload.
LAB_TESTS = env_int("LAB_TESTS", 2, 1)
LAB_TEST_SECONDS = env_int("LAB_TEST_SECONDS", 60, 1)
# Limits of who comes from outside, for each process.
GUESTS_PER_MINUTE = env_int("GUESTS_PER_MINUTE", 600, 0)
SIGN_INS_PER_MINUTE = env_int("SIGN_INS_PER_MINUTE", 10, 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = OBJECT_BYTES + 2**20
