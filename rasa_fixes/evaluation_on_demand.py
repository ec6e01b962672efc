"""Stock: the evaluation of models, with its charts and statistics, is imported by every server.

`rasa.server` and the rule policy import `rasa.core.test` and `rasa.nlu.test`, and those matplotlib,
tabulate and half of scikit-learn; `rasa.utils.tensorflow.model_data` imports scikit-learn to split
training data. 0.9 s of CPU. Here they are put off until a test is run, or anything else imports a part of
scikit-learn.
"""

from __future__ import annotations

from rasa_fixes.stand_ins import Postponed

EVALUATION = {
    "rasa.core.test": ("test",),
    "rasa.nlu.test": (
        "CVEvaluationResult",
        "EntityEvaluationResult",
        "determine_token_labels",
        "evaluate_entities",
    ),
}
STATISTICS = {"sklearn": (), "sklearn.model_selection": ("train_test_split",)}


def apply() -> None:
    Postponed(EVALUATION).put_off()
    Postponed(STATISTICS, packages=("sklearn",)).put_off()
