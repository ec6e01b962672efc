"""Set-up: what it needs, what it finds, and what it says when it cannot go on."""

from __future__ import annotations

import ast
import functools
import hashlib
import http.server
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap import environment, installer, interpreter, package_index, without_pip
from bootstrap.command import clean_environment, run
from bootstrap.trouble import SetupError, remedy_for
from settings import ROOT

PYTHON = os.path.realpath(sys.executable)
SOURCES = sorted((ROOT / "bootstrap").glob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_runs_on_python_3_8_with_the_standard_library_alone(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= sys.stdlib_module_names | {"bootstrap"}


def program(path: Path, script: str) -> None:
    """Makes an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python 3.10: only what the test puts below this folder is found."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(interpreter, "pyenv_roots", lambda: [tmp_path / "pyenv"])
    monkeypatch.setattr(interpreter, "USUAL_FOLDERS", [])
    monkeypatch.setattr(interpreter.sys, "executable", "/nowhere/python3.10")
    return tmp_path


def test_a_shim_that_fails_is_passed_over(machine: Path) -> None:
    program(machine / "bin/python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    assert interpreter.find() is None
    good = machine / "pyenv/versions/3.10.9/bin/python3.10"
    program(good, f'exec {PYTHON} "$@"')
    assert interpreter.find() == str(good)


def test_the_newest_of_pyenv_is_taken(machine: Path) -> None:
    for version in ("3.10.9", "3.10.13", "3.10-dev"):
        script = f'exec {PYTHON} "$@"'
        program(machine / f"pyenv/versions/{version}/bin/python3.10", script)
    assert interpreter.find() == str(machine / "pyenv/versions/3.10.13/bin/python3.10")


def test_a_python_without_the_modules_rasa_needs_is_passed_over(machine: Path) -> None:
    program(machine / "bin/python3.10", "echo '3.10 cpython False'")
    assert interpreter.find() is None


def test_pip_settings_reach_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    listing = "\n".join(
        ["global.index-url='https://mirror.invalid/simple'", ":env:.cert='/etc/own.pem'", "global.cert='/x'"]
    )
    told = package_index.uv_environment(package_index.pip_settings(listing))
    assert told == {"UV_DEFAULT_INDEX": "https://mirror.invalid/simple", "SSL_CERT_FILE": "/etc/own.pem"}


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: Hash mismatch for `rasa==3.6.21`", "not the one that was locked"),
        ("dns error: failed to lookup address information", "could not be reached"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "not trusted"),
        ("HTTP status client error (403 Forbidden)", "refused"),
        ("No solution found when resolving dependencies", "does not have a version"),
        ("error: Permission denied (os error 13)", "cannot be written"),
        ("something never seen before", "lines above"),
    ],
)
def test_each_failure_says_what_to_do(output: str, words: str) -> None:
    assert words in remedy_for(output)


def test_a_failed_command_raises_with_the_remedy(capfd: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "import sys; print('No space left on device'); sys.exit(3)"]
    with pytest.raises(SetupError, match=r"Trying failed \(exit 3\)") as caught:
        run("Trying", command, clean_environment())
    assert "disk is full" in caught.value.remedy
    assert "No space left" in capfd.readouterr().out


def test_too_little_disk_is_said_before_the_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "NEEDED_BYTES", shutil.disk_usage(tmp_path).total * 2)
    with pytest.raises(SetupError, match="GB are free"):
        environment.check_disk(tmp_path)


def test_a_folder_named_venv_that_is_none_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/precious").write_text("mine")
    with pytest.raises(SetupError, match="not a virtual environment"):
        environment.make_venv(tmp_path, "uv", {})
    assert (tmp_path / ".venv/precious").read_text() == "mine"


def project(folder: Path) -> Path:
    """A copy of what set-up reads."""
    for name in ("bootstrap", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def setup(folder: Path, kind: str = "runtime", **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs set-up in a folder, as `make` does."""
    return subprocess.run(
        [sys.executable, "-m", "bootstrap", kind],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_stamps_follow_the_lock_files(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").symlink_to(sys.executable)
    assert not environment.is_ready(root, "runtime")
    environment.stamp(root, "runtime").write_text(environment.fingerprint(root, "runtime"))
    assert environment.is_ready(root, "runtime")
    assert not environment.is_ready(root, "dev")
    with (root / "requirements/runtime.txt").open("a") as lock:
        lock.write("# changed\n")
    assert not environment.is_ready(root, "runtime")


def test_second_setup_does_nothing_and_says_nothing() -> None:
    assert setup(ROOT, "dev").returncode == 0
    started = time.monotonic()
    done = setup(ROOT, "dev")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 5


def wheel(folder: Path, name: str, version: str) -> None:
    """A wheel of a package that is empty."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def test_without_network_it_says_so(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    done = setup(
        project(tmp_path), PATH="/usr/bin:/bin", HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, PIP_RETRIES="0",
        PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert done.returncode == 1
    assert "[setup] FAILED: Fetching uv failed" in done.stderr
    assert "WHAT TO DO: The package index could not be reached" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_file_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path / "project")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (root / "requirements/uv.txt").write_text("uv==99.9 --hash=sha256:" + "0" * 64 + "\n")
    wheel(wheels, "uv", "99.9")
    done = setup(
        root, PATH="/usr/bin:/bin", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels), PIP_CONFIG_FILE=os.devnull
    )
    assert done.returncode == 1
    assert "WHAT TO DO: A downloaded file is not the one that was locked" in done.stderr


def test_an_unknown_kind_is_a_usage_error() -> None:
    assert setup(ROOT, "nonsense").returncode == 2


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A package index on this machine with one uv: its address and the sha256 of the wheel."""
    pages = tmp_path / "index"
    (pages / "simple/uv").mkdir(parents=True)
    (pages / "files").mkdir()
    name = f"uv-99.9-py3-none-manylinux_2_17_{platform.machine()}.whl"
    with zipfile.ZipFile(pages / "files" / name, "w") as archive:
        archive.writestr("uv-99.9.data/scripts/uv", "#!/bin/sh\necho uv 99.9\n")
    (pages / "simple/uv/index.html").write_text(f'<a href="../../files/{name}#sha256=0">{name}</a>')
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(pages))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    digest = hashlib.sha256((pages / "files" / name).read_bytes()).hexdigest()
    yield f"http://127.0.0.1:{server.server_port}/simple", digest
    server.shutdown()
    server.server_close()


def test_uv_is_got_without_pip(index: tuple[str, str], tmp_path: Path) -> None:
    address, digest = index
    uv = tmp_path / "uv/bin/uv"
    without_pip.fetch(address, "99.9", [digest], uv)
    assert subprocess.check_output([uv], text=True) == "uv 99.9\n"


def test_without_pip_too_only_the_locked_file_is_taken(index: tuple[str, str], tmp_path: Path) -> None:
    address, _ = index
    with pytest.raises(SetupError, match="not the locked file"):
        without_pip.fetch(address, "99.9", ["0" * 64], tmp_path / "uv")
    with pytest.raises(SetupError, match=r"has no uv 99\.8"):
        without_pip.fetch(address, "99.8", [], tmp_path / "uv")
    with pytest.raises(SetupError) as caught:
        without_pip.fetch("http://127.0.0.1:9/simple", "99.9", [], tmp_path / "uv")
    assert "could not be reached" in caught.value.remedy
    assert not (tmp_path / "uv").exists()


def test_the_index_of_pips_files_is_known_without_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in without_pip.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = http://mirror.invalid/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    assert without_pip.configured_index() == "http://mirror.invalid/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "http://other.invalid/simple")
    assert without_pip.configured_index() == "http://other.invalid/simple"


def test_neither_pip_nor_index_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_pip, "configured_index", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="neither pip nor venv") as caught:
        installer.get_uv(ROOT, tmp_path, None)
    assert "python3-venv" in caught.value.remedy
