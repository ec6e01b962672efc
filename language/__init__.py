"""From text to mentions of symptoms with an assertion, facts, and what the speaker does with the words."""
