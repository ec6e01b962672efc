"""PostgreSQL, Redis and RabbitMQ of a test's own, that it may kill and bring back."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.live_server import free_ports, wait_until

POSTGRESQL_PROGRAMS = "/usr/lib/postgresql/*/bin"


def program(name: str) -> str:
    """The path of a program; skips the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        candidates = sorted(Path("/").glob(f"{POSTGRESQL_PROGRAMS[1:]}/{name}"))
        found = str(candidates[-1]) if candidates else None
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Server:
    """A server process in a folder of its own. `kill` is kill -9 of all of it; `start` brings it back."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.folder = Path(tempfile.mkdtemp(prefix="neckwise-fault-"))
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The command line."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Its environment."""
        return dict(os.environ)

    def user(self) -> str | None:
        """The user it runs as, where it must not be root."""
        return None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=self.environment(),
                user=self.user(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.answers, 90, f"{type(self).__name__} answers")

    def answers(self) -> bool:
        """Whether it accepts connections."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Sends a signal to all its processes."""
        if self.process is None or self.process.poll() is not None:
            return
        family = [psutil.Process(self.process.pid)]
        family += family[0].children(recursive=True)
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(number)
        if number == signal.SIGKILL:
            psutil.wait_procs(family, 30)
            self.process.wait(30)

    def remove(self) -> None:
        """Ends it and forgets its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQL(Server):
    """A PostgreSQL with an empty database `neckwise`."""

    def __init__(self) -> None:
        super().__init__()
        self.data = self.folder / "data"
        if user := self.user():
            shutil.chown(self.folder, user)
        self._run(
            "initdb", "--pgdata", str(self.data), "--auth", "trust", "--username", "neckwise", "--no-sync"
        )

    @property
    def url(self) -> str:
        """As the setting DATABASE_URL."""
        return f"postgresql://neckwise@127.0.0.1:{self.port}/postgres"

    def user(self) -> str | None:
        return "postgres" if os.getuid() == 0 else None

    def command(self) -> list[str]:
        options = ["-D", str(self.data), "-p", str(self.port), "-k", str(self.folder), "-h", "127.0.0.1"]
        return [program("postgres"), *options]

    def start(self) -> None:
        """As of any server; a PostgreSQL that repairs itself refuses for a while, so asks for an answer."""
        super().start()
        wait_until(self.queries, 60, "PostgreSQL takes queries")

    def queries(self) -> bool:
        """Whether it answers a query."""
        import psycopg2

        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def kill(self, number: int = signal.SIGKILL) -> None:
        super().kill(number)
        if number == signal.SIGKILL:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, name: str, *arguments: str) -> None:
        command = [program(name), *arguments]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, cwd=self.folder, user=self.user(), check=True, **quiet)


class Redis(Server):
    """A Redis that keeps nothing on disk."""

    @property
    def url(self) -> str:
        """As the setting REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        return [program("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]


class RabbitMQ(Server):
    """A RabbitMQ node; its queues outlive a kill."""

    def __init__(self) -> None:
        super().__init__()
        program("rabbitmq-server")
        self.distribution_port, self.name_port = free_ports(2)
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n")
        if user := self.user():
            shutil.chown(self.folder, user)

    @property
    def url(self) -> str:
        """As the setting RABBITMQ_URL."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def user(self) -> str | None:
        return "rabbitmq" if os.getuid() == 0 else None

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"fault{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "ERL_EPMD_PORT": str(self.name_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
        }

    def command(self) -> list[str]:
        # Debian's command in the path writes to the logs of the system's own RabbitMQ.
        direct = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        return [str(direct) if direct.exists() else program("rabbitmq-server")]

    def remove(self) -> None:
        super().remove()
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["epmd", "-port", str(self.name_port), "-kill"], check=False, **quiet)
