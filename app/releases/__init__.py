"""Releases under the Official Information Act 1982: what is asked for, withheld, released."""
