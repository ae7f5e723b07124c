"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from compliance.tracing import requests_trace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")

requests_trace()  # before the application: it stands in front of all middleware
application = get_wsgi_application()
