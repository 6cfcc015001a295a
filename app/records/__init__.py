"""Records keeping: retention, legal holds, disposal (Public Records Act 2005)."""
