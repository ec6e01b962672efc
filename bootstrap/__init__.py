"""Set-up with nothing but the system's Python 3: `.venv`, the locked packages, the spaCy model.

Runs on Python 3.8 or newer and imports the standard library only, since nothing else is there yet.
"""
