"""Start it with `python -m chat.server`."""

import sys

if not __package__:  # run as a file, it would not find the others
    sys.exit("Start it in the folder that holds chat: python -m chat.server")

from chat.server.app import main

sys.exit(main())
