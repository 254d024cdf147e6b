"""The programs of the game's levels, each broken and mended."""
