"""Small servers to compare with: each is one idea, as it is usually written."""
