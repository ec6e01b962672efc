"""What it costs to start, to train and to install."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from launch import model
from launch.processes import child_environment
from settings import ROOT, as_environment, load
from tests.benchmarks.stock import StockProject, environment
from tests.benchmarks.systems import start_stock, wait_ready
from tests.live_server import free_ports


def cold_start(project: StockProject | None, folder: Path) -> tuple[float, float]:
    """Seconds and CPU seconds of a Rasa server from nothing to ready: stock's, or ours where there is none."""
    (port,) = free_ports(1)
    with (folder / "start.log").open("ab") as log:
        options: dict[str, Any] = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL}
        begun = time.monotonic()
        if project is None:
            settings = load({"RASA_PORT": str(port), "RASA_TOKEN": "bench"})
            ours = child_environment(as_environment(settings), str(ROOT))
            ours["DATABASE_URL"] = f"sqlite:///{folder}/start.db"
            command = [sys.executable, "-m", "launch.rasa_server", "run", "--enable-api"]
            command += ["--model", str(model.path_of(ROOT)), "--interface", "127.0.0.1", "--port", str(port)]
            command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
            process = subprocess.Popen(command, cwd=ROOT, env=ours, **options)
        else:
            (folder / "stock-endpoints.yml").write_text("{}\n", encoding="utf-8")
            (folder / "stock-credentials.yml").write_text("rest:\n", encoding="utf-8")
            options["env"] = environment()
            endpoints, credentials = folder / "stock-endpoints.yml", folder / "stock-credentials.yml"
            process = start_stock(project, port, endpoints, credentials, options)
        try:
            wait_ready(f"http://127.0.0.1:{port}", "bench", process)
            seconds = time.monotonic() - begun
            cpu = sum(psutil.Process(process.pid).cpu_times()[:2])
        finally:
            process.terminate()
            process.wait(30)
    return seconds, cpu


def training_cpu_seconds() -> float:
    """CPU seconds of training our model from nothing, without Rasa's cache of earlier trainings."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        ours = child_environment(as_environment(load({})), str(ROOT))
        ours["RASA_CACHE_DIRECTORY"] = folder
        command = [sys.executable, "-m", "launch.rasa_server", "train", "--out", folder, "--quiet"]
        subprocess.run(command, cwd=ROOT, env=ours, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def installed_mb() -> float:
    """Size of the environment: the same for both, since both are Rasa."""
    top = Path(sys.prefix)
    return (
        sum((Path(folder) / name).lstat().st_size for folder, _, names in os.walk(top) for name in names)
        / 2**20
    )
