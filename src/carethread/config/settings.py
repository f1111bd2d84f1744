"""One settings file. Everything that differs between machines is read from the environment.

`docs/settings.md` lists the variables; a wrong value stops the start with its name.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from carethread.config import content_security, logs

ROOT = Path(__file__).resolve().parents[3]
env = environ.Env()

VAR = Path(env("CARETHREAD_VAR", default=str(ROOT / "var")))
DEBUG = env.bool("CARETHREAD_DEBUG", default=False)
DEMO = env.bool("CARETHREAD_DEMO", default=False)


def _secret_key() -> str:
    """From the environment, or made once and kept in a file that only this user can read."""
    if key := env("CARETHREAD_SECRET_KEY", default=""):
        return str(key)
    from django.core.management.utils import get_random_secret_key

    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / "secret-key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("CARETHREAD_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CARETHREAD_ORIGINS", default=[])

INSTALLED_APPS = [
    "carethread.record",
    "carethread.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "carethread.web.middleware.NulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "carethread.web.middleware.TenantMiddleware",
    "carethread.web.middleware.AccessLogMiddleware",
    "carethread.web.middleware.PermissionMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "carethread.config.urls"
WSGI_APPLICATION = "carethread.config.wsgi.application"

WEB = ROOT / "src/carethread/web"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],  # before the apps' own: sign-in pages wear our look
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "carethread.web.templatetags.signs",
                "carethread.web.templatetags.words",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "carethread.web.navigation.navigation",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """SQLite beside the program, or whatever DATABASE_URL names (SQLite and PostgreSQL only)."""
    config: dict[str, Any] = env.db_url(
        "DATABASE_URL", default=f"sqlite:///{VAR / 'carethread.sqlite3'}"
    )
    if config["ENGINE"] == "django.db.backends.sqlite3":
        Path(str(config["NAME"])).parent.mkdir(parents=True, exist_ok=True)
        # IMMEDIATE: a transaction that will write takes the lock at its start, so that two
        # workers wait for each other and never fail half way with "database is locked".
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # A round of work asks some thousand questions; parsed ones are kept, like their SQL.
            "cached_statements": 2_000,
            # recursive_triggers: what replaces a row deletes it first, and the guards hear of it.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA recursive_triggers=ON;",
        }
    elif config["ENGINE"] == "django.db.backends.postgresql":
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
        # `record.statements` asks with cursors that may keep a plan; no other cursor does.
        config["OPTIONS"] = {"prepare_threshold": 5} | config.get("OPTIONS", {})
    else:
        raise ImproperlyConfigured("DATABASE_URL: carethread runs on sqlite:/// or postgres://")
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "record.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "carethread.web.center.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# Guessing is axes' business (in the database, for all processes); a whole center shares an address.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": "300/m/ip"}
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "carethread.web.center.accounts.who_tries"
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_CALLABLE = "carethread.web.center.accounts.locked_out"
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = env.bool("CARETHREAD_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = content_security.POLICY

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
NODE_MODULES = ROOT / "node_modules"
ICONS = NODE_MODULES / "@tabler/icons/icons/outline"  # read by templates, never served
# Front-end packages come from the npm registry by lock file and are served from here.
_FRONT_END = {
    "vendor/tabler": "@tabler/core/dist/css",
    "vendor/sans": "@fontsource-variable/source-sans-3/files",
    "vendor/serif": "@fontsource-variable/source-serif-4/files",
    "vendor/htmx": "htmx.org/dist",
}
STATICFILES_DIRS = [
    (prefix, str(NODE_MODULES / path))
    for prefix, path in _FRONT_END.items()
    if (NODE_MODULES / path).is_dir()
]
WHITENOISE_USE_FINDERS = True

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# Without a mail server nothing pretends to send: the screens name who resets passwords.
MAIL = bool(env("EMAIL_URL", default=""))
vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
DEFAULT_FROM_EMAIL = env("CARETHREAD_MAIL_FROM", default="carethread@localhost")
LOGGING = logs.configure(json=env.bool("CARETHREAD_LOG_JSON", default=False))
