"""What the project measures itself against, and the made-up data that it measures on."""
