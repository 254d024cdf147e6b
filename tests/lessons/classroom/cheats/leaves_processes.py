import os
import subprocess
import sys

WAIT = "import time; time.sleep(3600)  # left behind by an answer"
if hasattr(os, "fork") and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", WAIT])
    os._exit(0)
subprocess.Popen([sys.executable, "-c", WAIT], start_new_session=True)
