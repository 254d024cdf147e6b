"""Start it with `python -m chat.client`."""

import sys

if not __package__:  # run as a file, it would not find the others
    sys.exit("Start it in the folder that holds chat: python -m chat.client")

from chat.client.app import main

main()
