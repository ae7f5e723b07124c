"""A transparency log by the C2SP specifications. Needs ``cryptography`` and nothing else."""
