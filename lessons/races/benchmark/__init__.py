"""The bugs that the race checker is measured on."""
