"""Cadence and coverage: who last met whom and when next, what falls behind, what weeks hold, what comes late."""
