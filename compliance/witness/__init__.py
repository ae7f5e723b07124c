"""A witness by c2sp.org/tlog-witness that anybody can run beside nothing but ``cryptography``."""
