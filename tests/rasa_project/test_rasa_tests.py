"""`rasa test core` and `rasa test nlu` on the trained model, with thresholds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from settings import ROOT, as_environment, load

HERE = Path(__file__).parent
#: share of held-out messages whose intent must be right
LEAST_ACCURACY = 0.75


def rasa(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        **as_environment(load({})),
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
    }
    return subprocess.run(
        [sys.executable, "-m", "launch.rasa_server", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        capture_output=True,
        timeout=400,
    )


def test_the_policies_choose_the_right_actions(trained_model: Path, tmp_path: Path) -> None:
    done = rasa(
        [
            "test",
            "core",
            "--model",
            str(trained_model),
            "--stories",
            str(HERE / "test_stories.yml"),
            "--out",
            str(tmp_path),
            "--fail-on-prediction-errors",
        ]
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_held_out_messages_get_their_intent(trained_model: Path, tmp_path: Path) -> None:
    done = rasa(
        [
            "test",
            "nlu",
            "--model",
            str(trained_model),
            "--nlu",
            str(HERE / "held_out.yml"),
            "--out",
            str(tmp_path),
            "--no-plot",
        ]
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads((tmp_path / "intent_report.json").read_text(encoding="utf-8"))
    accuracy = report.get("accuracy", report["micro avg"]["f1-score"] if "micro avg" in report else None)
    assert accuracy is not None
    assert accuracy >= LEAST_ACCURACY
