"""Engagements as iCalendar (RFC 5545, RFC 7986): as a file, and at secret addresses that programs subscribe to."""
