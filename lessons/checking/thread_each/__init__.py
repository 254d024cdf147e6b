"""The checks of steps 5 and 6: the same server, written in two ways."""
