"""What the course gives to the learner and more than one part of it uses."""
