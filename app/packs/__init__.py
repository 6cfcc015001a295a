"""The briefing pack of an engagement: all that a principal needs, put together from across the register."""
