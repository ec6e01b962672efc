"""The one gate in front of every channel, and the connectors."""
