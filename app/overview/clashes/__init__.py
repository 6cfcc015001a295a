"""What cannot go well together: people in two places, ways too long, holidays, full weeks, days to be kept clear."""
