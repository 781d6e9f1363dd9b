"""One settings file, read from the environment. docs/operations.md lists the variables."""

import sys
from pathlib import Path

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from alliance import env
from kit import logs

BASE_DIR = Path(__file__).resolve().parent.parent

MODE = env.text("ALLIANCE_MODE", "production")
if MODE not in {"production", "embedded"}:
    raise ImproperlyConfigured("ALLIANCE_MODE is 'production' or 'embedded'.")
KEYS_FILE = env.text("ALLIANCE_KEYS_FILE")
KEYRING = env.keyring(MODE)
SECRET_KEY = KEYRING.current("django")[1].hex()
SECRET_KEY_FALLBACKS = [
    KEYRING.get("django", i).hex() for i in KEYRING.ids("django") if i != KEYRING.current("django")[0]
]
DEBUG = False
BASE_URL = env.text("ALLIANCE_BASE_URL")
ALLOWED_HOSTS = env.words("ALLIANCE_ALLOWED_HOSTS", "localhost")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
TRANSCRIPT_FILE = env.text("ALLIANCE_TRANSCRIPT_FILE", "")
CUSTODIAN_URLS = env.numbered("CUSTODIAN_URLS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's list of passkeys says when each was used
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "guardian",
    "audit",
    "members",
    "custody",
    "notices",
    "intel",
    "cases",
    "reports",
    "alliance",
    # The demo alliance plays members and knows their values: no production platform can load it.
    *(["demo"] if MODE == "embedded" else []),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "members.middleware.SessionWalls",
    "kit.once.OnceMiddleware",
    "kit.http.RefusalMiddleware",
]

ROOT_URLCONF = "alliance.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "members.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "alliance.navigation.shell",
            ],
        },
    }
]

# --- Database --------------------------------------------------------------------------------------------
# `migrate` alone runs as the owner of the tables; everything else runs as a role without DDL.
_schema_work = len(sys.argv) > 1 and sys.argv[1] == "migrate"
DATABASES = {"default": env.database(env.text("DATABASE_OWNER_URL" if _schema_work else "DATABASE_URL"))}
DATABASE_APP_ROLE = env.text("ALLIANCE_DATABASE_APP_ROLE", "alliance_app")

# --- Queue -----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.text("BROKER_URL")
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "alliance"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
if CELERY_BROKER_URL.startswith(("redis", "rediss", "valkey")):
    # Kombu's redelivery sweep is slow by default; tasks are idempotent, so redelivering early is safe.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    }
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "kit.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "forget-sessions": {"task": "members.forget_expired", "schedule": 3600.0, "options": {"expires": 600}},
    "write-letters": {"task": "notices.write_letters", "schedule": 20.0, "options": {"expires": 20}},
    "forget-events": {"task": "notices.forget_events", "schedule": 3600.0, "options": {"expires": 600}},
    "free-delisted": {"task": "intel.free_delisted", "schedule": 3600.0, "options": {"expires": 600}},
    # In UTC: 01:10 in China, after the day has changed there.
    "rescore": {"task": "intel.rescore", "schedule": crontab(hour=17, minute=10), "options": {"expires": 21600}},
    # At 00:40 before it, so that what has expired is not scored; at 02:10 the ledger of the day.
    "follow": {
        "task": "intel.follow_memberships",
        "schedule": crontab(hour=16, minute=20),
        "options": {"expires": 900},
    },
    "expire": {"task": "intel.expire_clues", "schedule": crontab(hour=16, minute=40), "options": {"expires": 3600}},
    "expire-evidence": {
        "task": "cases.expire_evidence",
        "schedule": crontab(hour=16, minute=50),
        "options": {"expires": 3600},
    },
    "expire-disclosures": {
        "task": "cases.expire_disclosures",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "close-day": {"task": "intel.close_day", "schedule": crontab(hour=18, minute=10), "options": {"expires": 21600}},
    "wake-snoozed": {"task": "intel.wake_snoozed", "schedule": 60.0, "options": {"expires": 60}},
    "prune-runs": {"task": "intel.prune_runs", "schedule": 3600.0, "options": {"expires": 600}},
    "forget-charges": {"task": "custody.forget_charges", "schedule": 3600.0, "options": {"expires": 600}},
}

# --- Sign-in ---------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["members.backends.PeopleBackend"]
# Failed attempts and used codes: counted in the database, so that all web processes count together.
CACHES = {"default": {"BACKEND": "members.marks.MarkCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "members.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# Only failures count, so a bank behind one address may sign in all at once. `login` would count successes too.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": "5/15m/key"}
SIGN_IN_FAILURES_AN_ADDRESS = "30/m/ip"
# X-Forwarded-For is believed only when so many of our own proxies stand in front.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("ALLIANCE_TRUSTED_PROXIES", 0)
MFA_ADAPTER = "members.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = MODE == "embedded"
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Alliance"
MFA_FORMS = {
    "authenticate": "members.forms.CodeForm",
    "reauthenticate": "members.forms.CodeAgainForm",
    "authenticate_webauthn": "members.forms.PasskeyForm",
    "login_webauthn": "members.forms.PasskeyLoginForm",
    "reauthenticate_webauthn": "members.forms.PasskeyAgainForm",
    "add_webauthn": "members.forms.AddPasskeyForm",
}
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"

# Rights on single cases are django-guardian's rows, held by institutions and read in cases.queries.rights alone: no
# anonymous user, no methods on users, and no backend, since nothing asks a user object for a permission.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600  # absolute
SESSION_IDLE_SECONDS = 15 * 60
SESSIONS_A_USER = 3
CSRF_FAILURE_VIEW = "kit.http.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Headers ---------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if MODE == "embedded" else 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MODE == "production" else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "worker-src": ["'self'"],
        "style-src": ["'self'"],
        "connect-src": ["'self'"],
        # blob: is evidence that the page itself has just decrypted.
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
    "publickey-credentials-get": ["self"],
    "publickey-credentials-create": ["self"],
}

# --- API -------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["members.authentication.CredentialAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kit.http.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "kit.http.WholeList",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kit.http.api_exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Alliance",
    "VERSION": "1",
    "DESCRIPTION": "Submit clues as digests, read collisions, work on joint cases. Plain values never cross this "
    'interface. A list is {"results": […]}; one in pages has `next_cursor` beside them, empty on the last page.',
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
SUBMISSION_MAX_CLUES = 100_000
SUBMISSION_MAX_BYTES = 256 * 1024 * 1024

# --- Anti-leak -------------------------------------------------------------------------------------------
# A circle with fewer ownership groups shows its collisions to no single member: "another institution" would be a name.
SMALLEST_CIRCLE = env.integer("ALLIANCE_SMALLEST_CIRCLE", 5)

# --- Being told (docs/notices.md) -----------------------------------------------------------------------------
_MAIL = env.mail("ALLIANCE_EMAIL_URL", "smtp://localhost:25")
EMAIL_BACKEND = env.text("ALLIANCE_EMAIL_BACKEND", _MAIL.backend)
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.starttls, _MAIL.ssl
EMAIL_FILE_PATH = _MAIL.directory
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("ALLIANCE_EMAIL_FROM", "alliance@localhost")
LETTER_RETRY_SECONDS = (60, 300, 900, 3600)  # the last one again and again
LETTER_GIVE_UP_DAYS = 3
EVENT_DAYS = 180
# How long after each failed attempt a delivery is tried again, give or take a fifth; then it is a dead letter.
WEBHOOK_RETRY_SECONDS = env.integers("ALLIANCE_WEBHOOK_RETRY_SECONDS", "5,30,120,600,1800,3600,10800,21600,43200,86400")
WEBHOOK_DISABLE_DAYS = 5
WEBHOOK_CONNECT_SECONDS, WEBHOOK_READ_SECONDS = 3.0, 7.0
WEBHOOK_PROXY = env.text("ALLIANCE_WEBHOOK_PROXY", "")
WEBHOOK_LOOPBACK = env.text("ALLIANCE_WEBHOOKS_TO_LOOPBACK", "") == "1"
if WEBHOOK_LOOPBACK and MODE != "embedded":
    raise ImproperlyConfigured("Webhooks to loopback are for one machine only.")

# --- Cases (docs/cases.md) ------------------------------------------------------------------------------------
# Cipher text of evidence, one file a part. Every web process and worker needs the same directory.
EVIDENCE_DIR = Path(env.text("ALLIANCE_EVIDENCE_DIR", str(BASE_DIR / "var" / "evidence")))
EVIDENCE_MAX_BYTES = 4 * 1024**3
# Cipher text of evidence that one institution may have here over all cases, unfinished uploads whole.
EVIDENCE_QUOTA_BYTES = env.integer("ALLIANCE_EVIDENCE_QUOTA_BYTES", 200 * 1024**3)
EVIDENCE_YEARS = 5
# Who stamps packages with the time (RFC 3161). Without one a package says "integrity only".
TIMESTAMP_URL = env.text("ALLIANCE_TIMESTAMP_URL", "")
TIMESTAMP_CERTIFICATES = env.text("ALLIANCE_TIMESTAMP_CERTIFICATES", "")

# --- Language, time, files -------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if MODE == "embedded" else BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = MODE == "embedded"
# Pages name the built files by the hash of their content (kit.pages.asset), so browsers may keep them for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(css|js|img|i18n)/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Logs ------------------------------------------------------------------------------------------------
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
logs.configure()
LOGGING = logs.logging_config(env.text("ALLIANCE_LOG_LEVEL", "INFO"))
