"""What several steps give to the learner, so that no step imports another one."""
