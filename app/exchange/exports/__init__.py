"""Lists that leave the register whole, as files: what is in them, in which formats, and how they are sent."""
