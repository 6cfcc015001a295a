"""Statistics: engagements counted and summed, in groups."""
