"""For the teacher: `grade`, `xray` and `cards`."""
