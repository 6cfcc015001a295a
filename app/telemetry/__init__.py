"""What a running register tells of itself to whoever runs it: logs, metrics, traces. It knows no record."""
