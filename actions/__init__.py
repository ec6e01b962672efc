"""The actions of the assistant. Each reads the slots, asks `triage` what to say, and answers with responses of domain.yml."""
