"""Whether a port is free, and who has it if not."""

from __future__ import annotations

import errno
import socket

import psutil

from launch.trouble import LaunchError


def holder(port: int) -> str | None:
    """The program that listens on `port`, in words, where this user may know it."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return None
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            try:
                command = " ".join(psutil.Process(connection.pid).cmdline())
            except psutil.Error:
                command = ""
            return f"process {connection.pid} ({command[:80]})" if command else f"process {connection.pid}"
    return None


def require_free(address: str, port: int, setting: str) -> None:
    """Raises LaunchError, naming the setting to change, unless `port` can be listened on at `address`."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise LaunchError(
            f"BIND_ADDRESS={address} is not an address of this machine ({error.strerror})."
        ) from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(target)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                who = holder(port)
                raise LaunchError(
                    f"Port {port} is already in use{' by ' + who if who else ''}. End that program, or "
                    f"choose another port: {setting}={port + 1} (in the environment or in .env)."
                ) from error
            if error.errno == errno.EACCES:
                raise LaunchError(
                    f"Port {port} needs special rights. Choose one above 1023 with {setting}."
                ) from error
            raise LaunchError(
                f"Cannot listen on {address}, port {port}: {error.strerror}. Check BIND_ADDRESS and "
                f"{setting}."
            ) from error
