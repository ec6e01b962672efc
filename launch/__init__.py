"""Starts and ends the processes of `make run`, `make api` and `make shell`; trains when needed."""
