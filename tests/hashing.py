"""A password hasher that is quick to make and that any process can verify."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The real algorithm with one iteration; the count stands in the hash, so servers under
    test, which use the real hasher, verify it as they verify their own."""

    iterations = 1
