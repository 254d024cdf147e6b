"""The programs of the game's levels; what step 7 breaks is in its own folder."""
