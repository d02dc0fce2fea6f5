"""Run the command line as `bench` or `python -m bench`."""

from bench.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
