"""What the program does: fetch, report, facts, post, publish, refresh, schedule, status, grids, export."""
