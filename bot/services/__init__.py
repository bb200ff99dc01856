"""Use cases: take a session and an actor, check rights, never commit, never send."""
