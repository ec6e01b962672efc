"""What the assistant decides, in pure Python over the knowledge: no Rasa, no spaCy, no I/O at import."""
