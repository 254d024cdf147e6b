"""Step 13: two inputs."""
