"""A fault in the data files of the language is named with its file and line."""

from __future__ import annotations

import re
import shutil

import pytest

from language.lexicon import build
from triage.loading import KNOWLEDGE, KnowledgeError


@pytest.mark.parametrize(
    ("file", "word", "fault"),
    [
        ("assertion.yml", '"ruled out"', '"(ruled out"'),
        ("symptoms.yml", '"photophobia"', '"(photophobia"'),
        ("symptoms.yml", '"afebrile"', '"[afebrile]"'),
    ],
)
def test_an_expression_that_cannot_be_read_is_named_with_its_line(tmp_path, file, word, fault):
    folder = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, folder)
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if word in line)
    lines[at] = lines[at].replace(word, fault, 1)
    (folder / file).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(KnowledgeError) as problem:
        build(folder)
    assert re.search(rf"{file}:{at + 1}\b", str(problem.value)), str(problem.value)
