"""Django settings: one file; what differs between machines comes from ``compliance.env``."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.urls import reverse_lazy

from compliance.api.description import DESCRIPTION as API_DESCRIPTION
from compliance.domain import dispute_words, vocabulary
from compliance.domain.events import EventType
from compliance.domain.rights import SecondFactorFor
from compliance.env import load
from compliance.logs import logging_settings, structlog_configure

ENV = load()

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = [key for key in ENV.secret_key_before.split(",") if key]
DEBUG = ENV.debug
ALLOWED_HOSTS = [host.strip() for host in ENV.allowed_hosts.split(",")]
CSRF_TRUSTED_ORIGINS = [ENV.public_url]
PUBLIC_URL = ENV.public_url.rstrip("/")
ALLOW_INTERNAL = ENV.allow_internal
ALERT_GATHER_SECONDS = ENV.alert_gather_seconds
ERROR_BUDGET = ENV.error_budget
GPU_FROM_BYTES = ENV.gpu_from_gb * 10**9 if ENV.gpu_from_gb else None
MODELS_ROOT = ENV.models_root.resolve()
EVIDENCE_URL = ENV.evidence_url
MFA_REQUIRED = ENV.mfa_required
IDLE_SECONDS = 60 * ENV.idle_minutes
RATE_LIMITS = {  # a minute; 0: none
    "calls": ENV.calls_per_minute,
    "writes": ENV.writes_per_minute,
    "costly": ENV.costly_calls_per_minute,
    "organization": ENV.organization_calls_per_minute,
    "anonymous": ENV.anonymous_calls_per_minute,
}
METRICS_TOKEN = ENV.metrics_token.get_secret_value() if ENV.metrics_token else ""

INSTALLED_APPS = [
    "compliance.portal",  # first: its sign-in templates stand before those of allauth
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "pgtrigger",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "compliance.accounts",
    "compliance.events",
    "compliance.people",
    "compliance.alerts",
    "compliance.ledger",
    "compliance.policies",
    "compliance.registry",
    "compliance.audits",
    "compliance.questions",
    "compliance.obligations",
    "compliance.disputes",
    "compliance.api",
]

MIDDLEWARE = [
    "compliance.logs.RequestLog",  # first: every line of a request carries its id
    "django.middleware.security.SecurityMiddleware",
    "compliance.accounts.content_policy.ContentPolicy",  # static files have one, too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "compliance.accounts.idleness.IdleEnd",
    "compliance.portal.rate_limits.RateLimited",
    "compliance.accounts.second_factor.SecondFactorGate",
    "compliance.accounts.caching.NoStore",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "compliance.urls"
WSGI_APPLICATION = "compliance.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compliance.portal.viewing.frame",
            ],
        },
    },
]

_database = urlsplit(str(ENV.database_url))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path.lstrip("/"),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname or "",
        "PORT": str(_database.port or ""),
        "OPTIONS": dict(parse_qsl(_database.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# What must be counted over all web processes (failed sign-ins, codes used once) is in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "drawings": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 2_000},  # of about 15 kB, in each web process
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "compliance.accounts.staff.StaffBackend",  # signs nobody in
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    # NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password may stand alone.
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "compliance.registry.passwords.ContextWordsValidator"},
]
if ENV.breached_passwords_url:
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "compliance.accounts.breached_passwords.BreachedPasswordsValidator",
            "OPTIONS": {"service": str(ENV.breached_passwords_url)},
        }
    )
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "compliance.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # made alike for any address; sent to accounts alone
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.trusted_proxies
MFA_ADAPTER = "compliance.accounts.adapter.MFAAdapter"
MFA_FORMS = {"add_webauthn": "compliance.portal.passkeys.PasskeyForm"}
MFA_SUPPORTED_TYPES = [
    *(["totp"] if MFA_REQUIRED is not SecondFactorFor.PASSKEYS else []),
    *("webauthn", "recovery_codes"),
]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL.startswith("https://")
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are given by administrators, and proved by invitation
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # RFC 6238, 5.2: at most one step, for clocks that differ
SOCIALACCOUNT_ADAPTER = "compliance.people.sign_in.IdentityAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead to another origin (form-action)
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

# Cookies are marked Secure wherever people reach Assay over TLS.
_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = True
# A browser keeps a cookie of such a name from other hosts and from plain HTTP (RFC 6265bis, 4.1.3).
SESSION_COOKIE_NAME = "__Host-sessionid" if _TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if _TLS else "csrftoken"
BROWSER_COOKIE_NAME = "__Host-browser" if _TLS else "browser"
SESSION_COOKIE_AGE = 24 * 3600  # NIST SP 800-63B-4, 2.2.3: sign in again within a day
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _TLS else 0  # RFC 6797
SECURE_HSTS_INCLUDE_SUBDOMAINS = _TLS
# What others are told of our address (redirects, links) begins as the proxy says people reach it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
# What differs below these addresses, whose pages libraries write: still no inline script anywhere.
CONTENT_SECURITY_POLICY_BY_PATH = {
    # Alpine, which unfold is made of, evaluates attributes of its templates and sets styles.
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]},
    "/api/docs/": {"script-src": [SELF], "style-src": [SELF, UNSAFE_INLINE]},
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["compliance.formats"]
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ENV.static_root
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

_email = urlsplit(ENV.email_url)
EMAIL_HOST = _email.hostname or "127.0.0.1"
EMAIL_PORT = _email.port or 25
EMAIL_HOST_USER = unquote(_email.username or "")
EMAIL_HOST_PASSWORD = unquote(_email.password or "")
EMAIL_USE_TLS = _email.scheme == "smtps"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENV.email_from

_WORDS: list[type[StrEnum]] = [
    *(
        words
        for words in (*vars(vocabulary).values(), *vars(dispute_words).values())
        if isinstance(words, type) and issubclass(words, StrEnum) and words is not StrEnum
    ),
    EventType,
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "compliance.api.tokens.TokenAuthentication",
        "compliance.api.tokens.ClientAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "compliance.api.problems.problem_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Assay",
    "DESCRIPTION": API_DESCRIPTION,
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Enumerations are called in OpenAPI as they are in the vocabulary.
    "ENUM_NAME_OVERRIDES": {words.__name__: [word.value for word in words] for words in _WORDS},
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

UNFOLD = {
    "SITE_TITLE": "Assay",
    "SITE_HEADER": "Assay",
    "SITE_SYMBOL": "balance",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("portal/favicon.svg")}
    ],
    "STYLES": [lambda request: static("accounts/admin.css")],
}

LOGGING = logging_settings(ENV.log_format)
structlog_configure()
