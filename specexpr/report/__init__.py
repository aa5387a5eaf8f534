"""Show results and diagnostics to people: on a terminal, on a pipe, as JSON."""
