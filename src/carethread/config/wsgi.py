"""The entry point for gunicorn."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
application = get_wsgi_application()


def _warm_up() -> None:
    """Load the diagnosis codes (two seconds) before the first clinician asks for them."""
    from carethread.codes import icd10

    icd10.search("F32")


Thread(target=_warm_up, daemon=True).start()
