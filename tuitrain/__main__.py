"""`python -m tuitrain` and the console script."""

from tuitrain.cli import main

if __name__ == "__main__":
    main()
