"""``python -m workers``: stress tests from the terminal, without database or broker."""

from workers.cli import main

if __name__ == "__main__":
    main()
