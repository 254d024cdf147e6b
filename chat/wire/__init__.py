"""The wire, for both sides: bytes, lines, names, commands and answers.  PURE."""
