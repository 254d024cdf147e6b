"""The same load against several servers, side by side."""
