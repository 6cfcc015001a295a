"""Documents on paper: blocks, laid out as HTML, PDF and Word. It knows no noun of the register."""
