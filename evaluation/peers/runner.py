"""Reads texts with negspacy and medspaCy as they come. Runs in their environment, which has nothing of this project.

Standard input: `{"model": folder of a spaCy model, "texts": [{"text": ..., "spans": [[start, end], ...]}]}`. Standard output:
`{peer: [[role, ...], ...]}`, a role for each span. Both get the spans as entities, so what is compared is what they say of them.
"""

import json
import sys
from collections.abc import Callable, Sequence

import medspacy
import spacy
from negspacy.negation import Negex  # noqa: F401  # the import registers "negex"
from spacy.language import Language
from spacy.tokens import Doc

# what medspaCy says of an entity, in the order in which it counts, and the role it stands for
ATTRIBUTES = (
    ("is_family", "other"),
    ("is_negated", "absent"),
    ("is_historical", "past"),
    ("is_hypothetical", "hypothetical"),
    ("is_uncertain", "uncertain"),
)


def with_entities(nlp: Language, text: str, span: Sequence[int]) -> Doc:
    """The text with one symptom as its only entity: symptoms that overlap would hide one another."""
    doc = nlp.make_doc(text)
    entity = doc.char_span(*span, label="SYMPTOM", alignment_mode="expand")
    doc.ents = [entity] if entity is not None else []
    return doc


def run(nlp: Language, doc: Doc) -> Doc:
    """The pipeline over a document that has its entities already."""
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


def negspacy_roles(model: str) -> Callable[[str, Sequence[int]], str]:
    """negspacy with its default terms, sentences by the parser of the model."""
    nlp = spacy.load(model, exclude=["ner", "tagger", "attribute_ruler", "lemmatizer"])
    nlp.add_pipe("negex")

    def role(text: str, span: Sequence[int]) -> str:
        entities = run(nlp, with_entities(nlp, text, span)).ents
        return "absent" if entities and entities[0]._.negex else "present"

    return role


def medspacy_roles() -> Callable[[str, Sequence[int]], str]:
    """medspaCy with its default ConText rules and its own sentence splitter."""
    nlp = medspacy.load(enable=["medspacy_pyrush", "medspacy_context"])

    def role(text: str, span: Sequence[int]) -> str:
        entities = run(nlp, with_entities(nlp, text, span)).ents
        said = [name for attribute, name in ATTRIBUTES if entities and getattr(entities[0]._, attribute)]
        return said[0] if said else "present"

    return role


def main() -> None:
    """Standard input in, standard output out."""
    asked = json.load(sys.stdin)
    peers = {"negspacy": negspacy_roles(asked["model"]), "medspaCy": medspacy_roles()}
    answer = {
        name: [[role(each["text"], span) for span in each["spans"]] for each in asked["texts"]]
        for name, role in peers.items()
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
