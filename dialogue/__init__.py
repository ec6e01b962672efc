"""What a turn does to a conversation: its state, the policy that keeps it inside Rasa, and what is said when all else fails."""
